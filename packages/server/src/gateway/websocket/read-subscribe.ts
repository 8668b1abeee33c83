import { parseSequence, type Problem, type ValidationError } from '@buzzer/contract'
import type { Members } from '../http/request/call-members.ts'

/** What a `subscribe` asks for. */
export interface Wish {
  readonly channel: string
  /** Null for what comes from now on. */
  readonly since: number | null
  /** How many events it takes before it says more; infinite where it did not say. */
  readonly credit: number
  /** By which it is seen by others; null where it reads unseen. */
  readonly as: string | null
}

export function readSubscribe({ channel, since, credit, as: name }: Members): Wish | Problem {
  const errors: ValidationError[] = []
  const cursor = since === undefined || since === null ? null : cursorOf(since)
  if (typeof channel !== 'string') {
    errors.push({ pointer: '/channel', detail: 'has to be the name of a channel' })
  }
  if (cursor === undefined) {
    errors.push({ pointer: '/since', detail: 'has to be the sequence of an event, or 0' })
  }
  if (credit !== undefined && !(Number.isSafeInteger(credit) && Number(credit) >= 0)) {
    errors.push({ pointer: '/credit', detail: 'has to be a whole number from 0 on' })
  }
  if (name !== undefined && typeof name !== 'string') {
    errors.push({ pointer: '/as', detail: 'has to be a name' })
  }
  if (errors.length > 0) return notUnderstood(errors)
  return {
    channel: channel as string,
    since: cursor ?? null,
    credit: credit === undefined ? Infinity : Number(credit),
    as: (name ?? null) as string | null,
  }
}

const notUnderstood = (errors: readonly ValidationError[]): Problem => ({
  code: 'validation-failed',
  detail: 'The message does not say all that it has to; `errors` says what.',
  errors,
})

/** @returns undefined where it is none */
function cursorOf(since: unknown): number | undefined {
  if (typeof since === 'string') return parseSequence(since) ?? undefined
  return Number.isSafeInteger(since) && Number(since) >= 0 ? Number(since) : undefined
}
