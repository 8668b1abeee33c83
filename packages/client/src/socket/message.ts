import type { CloudEvent, ProblemDocument } from '@buzzer/contract'
import type { Parse } from '../answer.ts'

/** What a server says about one subscription (PROTOCOL.md, section 4). */
export type SocketMessage =
  | { readonly type: 'ack'; readonly id: string; readonly since: number | null }
  | { readonly type: 'event'; readonly id: string; readonly event: CloudEvent }
  | { readonly type: 'reset'; readonly id: string; readonly oldest: number }
  | { readonly type: 'error'; readonly id: string; readonly error: ProblemDocument }
  | { readonly type: 'complete'; readonly id: string }

type Raw = Readonly<Record<string, unknown>>

/**
 * Reads one message of the subprotocol `buzzer.v1`.
 *
 * @returns null for one of a kind that this version has no use for
 * @throws SyntaxError where it is no message at all
 */
export function readMessage(data: unknown, parse: Parse): SocketMessage | null {
  if (typeof data !== 'string') throw new SyntaxError('A message that is not text')
  const raw = parse(data)
  if (!isObject(raw) || typeof raw['type'] !== 'string') throw new SyntaxError('No message')
  const id = typeof raw['id'] === 'string' ? raw['id'] : ''
  switch (raw['type']) {
    case 'ack':
      return { type: 'ack', id, since: offsetIn(raw['since']) }
    case 'event':
      return { type: 'event', id, event: eventIn(raw['event']) }
    case 'reset':
      return { type: 'reset', id, oldest: oldestIn(raw['oldest']) }
    case 'error':
      return { type: 'error', id, error: problemIn(raw['error']) }
    case 'complete':
      return { type: 'complete', id }
    default:
      return null
  }
}

const isObject = (value: unknown): value is Raw => typeof value === 'object' && value !== null

/** An offset as text, with or without leading zeros, or as a number; null where it is neither. */
export function offsetIn(value: unknown): number | null {
  const isOffset = typeof value === 'number' || (typeof value === 'string' && /^\d+$/.test(value))
  const offset = isOffset ? Number(value) : -1
  return Number.isSafeInteger(offset) && offset >= 0 ? offset : null
}

function oldestIn(value: unknown): number {
  const oldest = offsetIn(value)
  if (oldest === null) throw new SyntaxError('A reset without the oldest offset')
  return oldest
}

function eventIn(value: unknown): CloudEvent {
  if (isObject(value) && typeof value['type'] === 'string') return value as unknown as CloudEvent
  throw new SyntaxError('A message without its event')
}

function problemIn(value: unknown): ProblemDocument {
  if (isObject(value) && typeof value['code'] === 'string') {
    return value as unknown as ProblemDocument
  }
  throw new SyntaxError('A message without its problem')
}
