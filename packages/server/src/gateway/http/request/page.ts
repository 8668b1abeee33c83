import type { Problem } from '@buzzer/contract'
import { isProblem } from '../answer/problem.ts'
import { invalidParameter } from './header-problem.ts'
import { refuseParameters } from './known-parameters.ts'
import type { HttpRequest } from './http-request.ts'

const defaultLimit = 100
const maxLimit = 1_000

export interface PageOf<Item> {
  readonly items: readonly Item[]
  readonly next: string | null
}

/**
 * Takes a page out of a list that is there as a whole, in the order of its keys.
 *
 * @param keyOf no two items have the same
 * @param known parameters that narrow the list besides
 */
export function takePage<Item>(
  request: HttpRequest,
  items: readonly Item[],
  keyOf: (item: Item) => string,
  known: readonly string[] = [],
): PageOf<Item> | Problem {
  const query = request.query()
  const names = [...known, 'limit', 'cursor']
  const wrong = refuseParameters(query, names)
  if (wrong !== null) return wrong
  const limit = readLimit(query.get('limit'))
  if (isProblem(limit)) return limit
  const cursor = query.get('cursor') ?? ''
  const after = decode(cursor)
  if (encode(after) !== cursor)
    return invalidParameter('cursor', 'takes what `next` of a list said')
  const rest = items.filter((item) => keyOf(item) > after)
  const page = rest.slice(0, limit)
  const last = page.at(-1)
  const isEnd = last === undefined || rest.length <= limit
  return { items: page, next: isEnd ? null : encode(keyOf(last)) }
}

/** How many items of a list are wanted at once. */
export function readLimit(text: string | null): number | Problem {
  if (text === null) return defaultLimit
  const limit = /^\d{1,4}$/.test(text) ? Number(text) : 0
  if (limit >= 1 && limit <= maxLimit) return limit
  return invalidParameter('limit', `takes a whole number from 1 to ${maxLimit}`)
}

const encode = (key: string): string => Buffer.from(key, 'utf8').toString('base64url')
const decode = (cursor: string): string => Buffer.from(cursor, 'base64url').toString('utf8')
