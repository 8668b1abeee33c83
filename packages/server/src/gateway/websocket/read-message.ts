import { exactly, callMembers, type ValidationError } from '@buzzer/contract'
import { parseJsonMessage } from '../http/request/parse-json.ts'
import type { Members } from '../http/request/call-members.ts'
import { pointerPart } from '../http/request/json-object.ts'

const plainMembers = {
  subscribe: ['channel', 'since', 'credit', 'as'],
  credit: ['credit'],
  unsubscribe: [],
  publish: ['channel', 'event', 'events'],
  submit: [...callMembers],
  cancel: ['job'],
  ping: [],
} as const

export type MessageType = keyof typeof plainMembers

const members: Readonly<Record<MessageType, ReadonlySet<string>>> = Object.fromEntries(
  Object.entries(plainMembers).map(([type, own]) => [type, new Set(['type', 'id', ...own])]),
) as never

/** What a client of `buzzer.v1` sent: its kind and its id are right, all else is for who takes it. */
export interface Message {
  readonly type: MessageType
  /** Null where a `ping` has none. */
  readonly id: string | null
  readonly members: Members
  /** The same with numbers as they were sent. */
  readonly exact: Members
  /** All of it as it came. */
  readonly text: Uint8Array
}

export type ReadMessage =
  | { readonly kind: 'message'; readonly message: Message }
  /** No message of the protocol. @property reason what it is instead */
  | { readonly kind: 'broken'; readonly reason: string }

const longestId = 64

export function readMessage(text: Buffer): ReadMessage {
  const parsed = parseJsonMessage(text)
  if (parsed.kind === 'problem') return broken(parsed.problem.detail)
  const { value } = parsed
  if (!isObject(value)) return broken('It is no JSON object.')
  const exact = exactly(parsed.text, value) as Members
  const { type, id = null } = value
  if (!isType(type)) return broken('Its `type` is none that a client sends.')
  if (id === null) {
    return type === 'ping'
      ? { kind: 'message', message: { type, id, members: value, exact, text } }
      : noId
  }
  if (typeof id !== 'string' || id.length < 1 || id.length > longestId) return noId
  return { kind: 'message', message: { type, id, members: value, exact, text } }
}

const broken = (reason: string): ReadMessage => ({ kind: 'broken', reason })
const noId = broken(`Its \`id\` is no text of 1 to ${longestId} characters.`)

const isType = (type: unknown): type is MessageType =>
  typeof type === 'string' && Object.hasOwn(members, type)

/** Members that nobody knows are refused, never passed over. */
export function unknownMembers({ type, members: given }: Message): readonly ValidationError[] {
  const known = members[type]
  const errors: ValidationError[] = []
  for (const name in given) {
    if (!known.has(name)) errors.push({ pointer: `/${pointerPart(name)}`, detail: 'is not known' })
  }
  return errors
}

const isObject = (value: unknown): value is Members =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
