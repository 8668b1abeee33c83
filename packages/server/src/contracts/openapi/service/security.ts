import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { OpenApiDocument, Parts } from '../read/open-api-document.ts'

/** How callers of an operation identify themselves to the API, as far as Buzzer passes it on. */
export interface Security {
  /** Lower-case names of the headers that carry a key. */
  readonly headers: readonly string[]
  readonly notes: readonly string[]
}

/** Headers that speak to Buzzer itself, and so never reach the API. */
const ownHeaders: ReadonlySet<string> = new Set(['authorization', 'cookie', 'proxy-authorization'])

export function readSecurity(
  document: OpenApiDocument,
  operation: JsonObject,
  parts: Parts,
): Security {
  const { components, security } = document.root
  const schemes =
    isObject(components) && isObject(components['securitySchemes'])
      ? components['securitySchemes']
      : {}
  const required = Array.isArray(operation['security']) ? operation['security'] : security
  const names = new Set(
    (Array.isArray(required) ? required : []).filter(isObject).flatMap(Object.keys),
  )
  const headers: string[] = []
  const notes: string[] = []
  for (const name of names) {
    const scheme = parts.resolve(schemes[name])
    const header = typeof scheme === 'string' ? null : headerOf(scheme)
    if (header !== null) headers.push(header)
    notes.push(
      `security "${name}" ${typeof scheme === 'string' ? scheme : explain(scheme, header)}`,
    )
  }
  return { headers, notes }
}

function headerOf({ type, in: place, name }: JsonObject): string | null {
  if (type !== 'apiKey' || place !== 'header' || typeof name !== 'string') return null
  const header = name.toLowerCase()
  return ownHeaders.has(header) ? null : header
}

function explain(scheme: JsonObject, header: string | null): string {
  if (header !== null) return `is a key in the header ${header}, which is passed on`
  if (scheme['type'] === 'apiKey' && scheme['in'] === 'query') {
    return 'is a key in the query, which is passed on and stored with the job'
  }
  return 'is not passed on; give the service credentials of its own'
}
