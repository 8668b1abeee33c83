import type { Problem } from '@buzzer/contract'
import type { JobQuery } from '../../../ports/store.ts'
import type { HttpRequest } from './http-request.ts'
import { readJobQuery } from './job-query.ts'
import { parseJson } from './parse-json.ts'

const pageSize = 200
const members = ['operation', 'tag', 'after', 'before']

/** Reads which dead letters are meant: a JSON object with the parameters of the list. */
export function readDeadLetterFilter(request: HttpRequest): JobQuery | Problem {
  const filter = readFilter(request.body)
  if (filter.kind === 'problem') return filter.problem
  const query = new URLSearchParams({ limit: String(pageSize) })
  for (const [name, value] of filter.entries) {
    if (!members.includes(name) || typeof value !== 'string') return wrong(pointerTo(name))
    query.set(name, value)
  }
  return readJobQuery({ ...request, query: () => query }, true)
}

/** What the caller wrote stays apart from what we say, which looks alike where it has a `code`. */
type Filter =
  | { readonly kind: 'filter'; readonly entries: readonly (readonly [string, unknown])[] }
  | { readonly kind: 'problem'; readonly problem: Problem }

function readFilter(body: Uint8Array | null): Filter {
  if (body === null) return { kind: 'filter', entries: [] }
  const parsed = parseJson(body)
  if (parsed.kind === 'problem') return parsed
  const { value } = parsed
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { kind: 'filter', entries: Object.entries(value) }
    : { kind: 'problem', problem: wrong('') }
}

const pointerTo = (name: string): string => `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`

const wrong = (pointer: string): Problem => ({
  code: 'validation-failed',
  detail: `The filter is a JSON object; its members are texts: ${members.join(', ')}.`,
  errors: [{ pointer, detail: 'is not a member of the filter, or not a text' }],
})
