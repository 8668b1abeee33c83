import type { Problem } from '@buzzer/contract'
import type { JobQuery } from '../../../ports/store.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpRequest } from './http-request.ts'
import { readJobQuery } from './job-query.ts'
import { parseJson } from './parse-json.ts'

const pageSize = 200
const members = ['operation', 'tag', 'after', 'before']

/** Reads which dead letters are meant: a JSON object with the parameters of the list. */
export function readDeadLetterFilter(request: HttpRequest): JobQuery | Problem {
  const filter = readObject(request.body)
  if (isProblem(filter)) return filter
  const query = new URLSearchParams({ limit: String(pageSize) })
  for (const [name, value] of Object.entries(filter)) {
    if (!members.includes(name) || typeof value !== 'string') return wrongMember(name)
    query.set(name, value)
  }
  return readJobQuery({ ...request, query }, true)
}

function readObject(body: Uint8Array | null): Record<string, unknown> | Problem {
  if (body === null) return {}
  const parsed = parseJson(body)
  if (parsed.kind === 'problem') return parsed.problem
  const { value } = parsed
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? { ...value }
    : wrongMember('')
}

const wrongMember = (name: string): Problem => ({
  code: 'validation-failed',
  detail: `The filter is a JSON object; its members are texts: ${members.join(', ')}.`,
  errors: [{ pointer: `/${name}`, detail: 'is not a member of the filter, or not a text' }],
})
