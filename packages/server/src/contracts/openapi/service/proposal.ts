import type { Mode } from '../../../core/operation.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'

export type KeyProposal = 'required' | 'recommended' | 'optional'

/** How an operation had best be called, and why. */
export interface Proposal {
  readonly mode: Mode
  readonly idempotency: KeyProposal
  readonly notes: readonly string[]
}

const safe: ReadonlySet<string> = new Set(['GET', 'HEAD', 'OPTIONS', 'TRACE', 'QUERY'])
const repeatable: ReadonlySet<string> = new Set([...safe, 'PUT', 'DELETE'])

const money = new Set(
  (
    'pay payment payments payout payouts charge charges refund refunds transfer transfers capture ' +
    'purchase purchases order orders checkout invoice invoices withdraw withdrawal deposit debit ' +
    'credit subscription subscriptions booking bookings reservation transaction transactions'
  ).split(' '),
)
const reading = new Set(
  'search query find lookup validate verify calculate estimate preview'.split(' '),
)
/** Words that say so only where they come first, as in `getReport` or `list-pets`. */
const readingFirst = new Set([...reading, ...'get list read fetch check count quote'.split(' ')])
const changing = new Set(
  'create add update delete remove submit save store send subscribe register set'.split(' '),
)

/** What the proposal is made from. */
export interface Described {
  readonly method: string
  readonly path: string
  readonly operationId: string | null
  readonly operation: JsonObject
  /** Lower-case names of the headers that callers must send. */
  readonly requiredHeaders: ReadonlySet<string>
}

export function propose(described: Described): Proposal {
  const { operation, method } = described
  const words = wordsOf(described, described.path)
  const readsOnly = safe.has(method) || (method === 'POST' && soundsLikeReading(words))
  const isLong = answersLater(operation)
  const own = wordsOf(described, lastTexts(described.path))
  const { idempotency, note } = proposeKey(described, own, readsOnly)
  const mode: Mode = readsOnly && !isLong ? 'adaptive' : 'async'
  const why =
    mode === 'adaptive'
      ? 'adaptive: it reads, and an answer within the wait spares the caller a second request'
      : isLong
        ? 'async: the document says that it answers 202 or calls back'
        : 'async: it changes something, which is safest when the caller need not stay connected'
  return { mode, idempotency, notes: note === null ? [why] : [why, note] }
}

function soundsLikeReading(words: readonly string[]): boolean {
  const [first = ''] = words
  return (
    (readingFirst.has(first) || words.some((word) => reading.has(word))) &&
    !words.some((word) => changing.has(word))
  )
}

function proposeKey(
  { method, requiredHeaders }: Described,
  words: readonly string[],
  readsOnly: boolean,
): { idempotency: KeyProposal; note: string | null } {
  if (requiredHeaders.has('idempotency-key')) {
    return { idempotency: 'required', note: 'key required: the document requires Idempotency-Key' }
  }
  if (readsOnly || repeatable.has(method)) return { idempotency: 'optional', note: null }
  const word = words.find((one) => money.has(one))
  if (word === undefined) {
    return {
      idempotency: 'recommended',
      note: `key recommended: ${method} may not be repeated safely`,
    }
  }
  const note = `key required: "${word}" reads as if doing it twice costs money`
  return { idempotency: 'required', note }
}

/**
 * The texts at the end of a path, which say what is called: of `/subscriptions/{id}/machines` the
 * machines. Those before a parameter only say what it belongs to.
 */
function lastTexts(path: string): string {
  const segments = path.split('/')
  const last = segments.findLastIndex((segment) => withoutParameters(segment).trim() !== '')
  const isTemplated = (segment: string | undefined): boolean => segment?.includes('{') === true
  const first = isTemplated(segments[last])
    ? last
    : segments.slice(0, Math.max(0, last)).findLastIndex(isTemplated) + 1
  return segments.slice(first, last + 1).join('/')
}

const withoutParameters = (path: string): string => path.replaceAll(/\{[^{}]*\}/g, ' ')

/** The words of the operationId and of a path's own segments, without the method. */
const wordsOf = ({ method, operationId }: Described, path: string): readonly string[] =>
  `${operationId ?? ''} ${withoutParameters(path)}`
    .replace(new RegExp(`^${method}\\b[-_]?`, 'i'), '')
    .replaceAll(/([a-z\d])([A-Z])/g, '$1 $2')
    .toLowerCase()
    .split(/[^a-z]+/)
    .filter((word) => word !== '')

function answersLater({ responses, callbacks }: JsonObject): boolean {
  const calls = isObject(callbacks) && Object.keys(callbacks).length > 0
  return calls || (isObject(responses) && '202' in responses)
}
