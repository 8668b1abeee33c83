import { formatSequence, type Problem } from '@buzzer/contract'
import { passOn, type Flow } from './flow.ts'
import type { Outbox } from './outbox.ts'
import type { Frames } from './text-frames.ts'

/** What a subscription reads, until nothing can follow. */
export type Source = (reading: Reading) => Promise<void>

export interface Reading {
  readonly id: string
  /** Aborted when nobody reads any more. */
  readonly signal: AbortSignal
  /** First of all: the cursor that it begins at, and where the channel's end is; null for none. */
  start(cursor: number | null, last: number | null): void
  /** What was asked for is gone; what follows begins at the oldest that is left. */
  reset(oldest: number): void
  /** @returns a promise where they are not taken at once; nothing more may come before it is kept */
  events(frames: Frames): Promise<void> | void
}

/** The subscriptions of one socket. */
export interface Subscriptions {
  has(id: string): boolean
  count(): number
  open(id: string, credit: number, find: () => Source | Problem | Promise<Source | Problem>): void
  addCredit(id: string, credit: number): void
  /** @returns whether there was one */
  close(id: string): boolean
  end(): void
}

export interface SubscriptionParts {
  readonly outbox: Outbox
  /** A subscription is there, or never will be. */
  readonly onAnswer: () => void
  readonly onProblem: (id: string, problem: Problem) => void
  readonly problemOf: (fault: unknown) => Problem
}

interface Subscription extends Flow {
  readonly id: string
  readonly stop: AbortController
  isAnswered: boolean
}

export function createSubscriptions(parts: SubscriptionParts): Subscriptions {
  const { outbox } = parts
  const all = new Map<string, Subscription>()

  const answered = (subscription: Subscription): void => {
    if (subscription.isAnswered) return
    subscription.isAnswered = true
    parts.onAnswer()
  }

  const over = (subscription: Subscription): boolean => {
    const { id, stop, wake } = subscription
    if (subscription.isOver) return false
    subscription.isOver = true
    all.delete(id)
    stop.abort()
    wake?.()
    return true
  }

  const fail = (subscription: Subscription, problem: Problem): void => {
    if (over(subscription)) parts.onProblem(subscription.id, problem)
    answered(subscription)
  }

  const run = async (subscription: Subscription, source: Source): Promise<void> => {
    try {
      await source(readingOf(outbox, subscription, () => answered(subscription)))
      // What the source ended for is over by then, unless nothing can follow.
      if (over(subscription)) outbox.say(completeText(subscription.id))
    } catch (fault) {
      // Whoever is gone needs no reason.
      if (!subscription.isOver) fail(subscription, parts.problemOf(fault))
    }
  }

  return {
    has: (id) => all.has(id),
    count: () => all.size,
    open(id, credit, find) {
      const stop = new AbortController()
      const fresh = { isAnswered: false, isOver: false, wake: null }
      const subscription: Subscription = { id, stop, credit, ...fresh }
      all.set(id, subscription)
      const begin = (found: Source | Problem): void => {
        if (typeof found === 'function') void run(subscription, found)
        else fail(subscription, found)
      }
      const found = find()
      if (!(found instanceof Promise)) return begin(found)
      found.then(begin, (fault: unknown) => fail(subscription, parts.problemOf(fault)))
    },
    addCredit(id, credit) {
      const subscription = all.get(id)
      if (subscription === undefined) return
      subscription.credit += credit
      subscription.wake?.()
    },
    close(id) {
      const subscription = all.get(id)
      if (subscription === undefined) return false
      over(subscription)
      answered(subscription)
      outbox.say(completeText(id))
      return true
    },
    end() {
      for (const subscription of all.values()) over(subscription)
    },
  }
}

const sequenceText = (offset: number | null): string =>
  offset === null ? 'null' : `"${formatSequence(offset)}"`

const completeText = (id: string): string => `{"type":"complete","id":${JSON.stringify(id)}}`

function readingOf(outbox: Outbox, subscription: Subscription, onStart: () => void): Reading {
  const { id, stop } = subscription
  const idText = JSON.stringify(id)
  return {
    id,
    signal: stop.signal,
    start(cursor, last) {
      if (subscription.isOver) return
      const [since, end] = [cursor, last].map(sequenceText)
      outbox.say(`{"type":"ack","id":${idText},"since":${since},"last":${end}}`)
      onStart()
    },
    reset(oldest) {
      if (subscription.isOver) return
      outbox.say(`{"type":"reset","id":${idText},"oldest":"${formatSequence(oldest)}"}`)
    },
    events: (frames) => passOn(outbox, subscription, frames),
  }
}
