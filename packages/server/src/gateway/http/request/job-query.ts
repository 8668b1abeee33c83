import { jobStates, parseJobId, type JobState, type Problem } from '@buzzer/contract'
import type { JobQuery } from '../../../ports/store.ts'
import { isProblem } from '../answer/problem.ts'
import { invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { refuseParameters } from './known-parameters.ts'
import { readLimit } from './page.ts'
import { readTime } from './time-parameter.ts'

const known = ['operation', 'state', 'tag', 'after', 'before', 'limit', 'cursor']

/** Reads what a list of jobs is narrowed to; a parameter that nobody knows is refused. */
export function readJobQuery(request: HttpRequest): JobQuery | Problem {
  const query = request.query()
  const wrong = refuseParameters(query, known, ['state'])
  if (wrong !== null) return wrong
  const limit = readLimit(query.get('limit'))
  if (isProblem(limit)) return limit
  const states = readStates(query.getAll('state'))
  if (isProblem(states)) return states
  const createdAfter = readTime('after', query.get('after'))
  if (isProblem(createdAfter)) return createdAfter
  const createdBefore = readTime('before', query.get('before'))
  if (isProblem(createdBefore)) return createdBefore
  const operation = query.get('operation')
  const tag = query.get('tag')
  const cursor = readCursor(query.get('cursor'))
  if (isProblem(cursor)) return cursor
  const { tenant } = request.caller
  const narrowed = { operation, tag, states, deadLetter: null, createdAfter, createdBefore }
  return { tenant, ...narrowed, limit, cursor }
}

export function readCursor(text: string | null): string | null | Problem {
  if (text === null) return null
  return parseJobId(text) ?? invalidParameter('cursor', 'takes the `next` of an earlier page')
}

function readStates(values: readonly string[]): readonly JobState[] | null | Problem {
  if (values.length === 0) return null
  const names = values.flatMap((value) => value.split(','))
  const states = jobStates.filter((state) => names.includes(state))
  if (names.every((name) => (states as readonly string[]).includes(name))) return states
  return invalidParameter('state', `takes one or more of ${jobStates.join(', ')}`)
}
