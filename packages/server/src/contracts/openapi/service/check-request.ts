import type { UpstreamRequest } from '../../../core/payload.ts'
import type { RequestCheck } from '../../../ports/catalog.ts'
import type { Parameter, RequestParts } from './parameter.ts'
import { bindSegments, readTemplate, uncertainNames } from './path-template.ts'
import { readPairs } from './query-string.ts'
import type { RequestBody } from './request-body.ts'

type Check = (
  request: UpstreamRequest,
  body: Uint8Array | 'elsewhere',
  mediaType: string | null,
) => RequestCheck

/** Makes the check of all that an operation declares of its requests. */
export function createRequestCheck(
  path: string,
  parameters: readonly Parameter[],
  body: RequestBody | null,
): Check {
  const template = readTemplate(path)
  const claimed = new Set(parameters.filter((one) => one.in === 'query').map(({ name }) => name))

  return (request, bytes, mediaType) => {
    const content = body?.check(bytes, mediaType) ?? { kind: 'ok' }
    if (content.kind === 'unsupported-media-type' || content.kind === 'malformed') return content
    const errors = content.kind === 'invalid' ? content.errors : []
    if (parameters.length === 0) return content
    const at = request.target.indexOf('?')
    const received = at === -1 ? request.target : request.target.slice(0, at)
    const segments = received.split('/').slice(1)
    const uncertain = uncertainNames(template, segments)
    const parts: RequestParts = {
      path: bindSegments(template, segments),
      query: readPairs(at === -1 ? '' : request.target.slice(at + 1)),
      header: (name) => headerOf(request, name),
    }
    const known = parameters.filter((one) => one.in !== 'path' || !uncertain.has(one.name))
    const wrong = [...known.flatMap((one) => one.check(parts, claimed)), ...errors]
    return wrong.length === 0 ? content : { kind: 'invalid', errors: wrong }
  }
}

/** The value of a header; several of one name count as one list (RFC 9110, section 5.3). */
function headerOf({ headers }: UpstreamRequest, name: string): string | null {
  const values = headers.flatMap(([one, value]) => (one === name ? [value] : []))
  return values.length === 0 ? null : values.join(',')
}
