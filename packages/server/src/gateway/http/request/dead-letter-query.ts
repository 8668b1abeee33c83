import type { Problem } from '@buzzer/contract'
import { isErrorGroup } from '../../../core/dead-letter.ts'
import type { DeadLetterQuery, GroupQuery } from '../../../ports/dead-letters.ts'
import { isProblem } from '../answer/problem.ts'
import { filterMembers, readDeadLetterFilter, type FilterSource } from './dead-letter-filter.ts'
import { invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { readCursor } from './job-query.ts'
import { refuseParameters } from './known-parameters.ts'
import { readLimit } from './page.ts'

export type DeadLetterListing =
  | { readonly kind: 'jobs'; readonly query: DeadLetterQuery }
  | { readonly kind: 'groups'; readonly query: GroupQuery }

const listMembers = [...filterMembers, 'limit', 'cursor', 'groupBy']
const groupMembers = ['operation', 'code', 'limit', 'cursor', 'groupBy']

/** Reads what a list of dead letters, or of what they died of, is narrowed to. */
export function readDeadLetterQuery(request: HttpRequest): DeadLetterListing | Problem {
  const query = request.query()
  const groupBy = query.get('groupBy')
  if (groupBy !== null && groupBy !== 'error') return invalidParameter('groupBy', 'takes `error`')
  const known = groupBy === null ? listMembers : groupMembers
  const wrong = refuseParameters(query, known, ['ids'])
  if (wrong !== null) return wrong
  const limit = readLimit(query.get('limit'))
  if (isProblem(limit)) return limit
  return groupBy === null ? readJobs(request, query, limit) : readGroups(request, query, limit)
}

function readJobs(
  { caller }: HttpRequest,
  query: URLSearchParams,
  limit: number,
): DeadLetterListing | Problem {
  const filter = readDeadLetterFilter(caller.tenant, sourceOf(query))
  if (isProblem(filter)) return filter
  const cursor = readCursor(query.get('cursor'))
  if (isProblem(cursor)) return cursor
  return { kind: 'jobs', query: { filter, limit, cursor } }
}

const sourceOf = (query: URLSearchParams): FilterSource => ({
  text: (name) => query.get(name),
  ids: () => (query.has('ids') ? query.getAll('ids').flatMap((text) => text.split(',')) : null),
  wrong: invalidParameter,
})

function readGroups(
  { caller }: HttpRequest,
  query: URLSearchParams,
  limit: number,
): DeadLetterListing | Problem {
  const cursor = query.get('cursor')
  if (cursor !== null && !isErrorGroup(cursor))
    return invalidParameter('cursor', 'takes the `next` of an earlier page')
  const [operation, code] = [query.get('operation'), query.get('code')]
  return { kind: 'groups', query: { tenant: caller.tenant, operation, code, limit, cursor } }
}
