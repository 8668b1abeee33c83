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

export const createSubscriptions = (parts: SubscriptionParts): Subscriptions =>
  new SocketSubscriptions(parts)

/** A class, as the outbox is. */
class SocketSubscriptions implements Subscriptions {
  readonly #parts: SubscriptionParts
  readonly #all = new Map<string, Subscription>()

  constructor(parts: SubscriptionParts) {
    this.#parts = parts
  }

  has(id: string): boolean {
    return this.#all.has(id)
  }

  count(): number {
    return this.#all.size
  }

  open(id: string, credit: number, find: () => Source | Problem | Promise<Source | Problem>): void {
    const subscription = new Subscription(id, credit, this.#parts)
    this.#all.set(id, subscription)
    const begin = (found: Source | Problem): void => {
      if (typeof found === 'function') void this.#run(subscription, found)
      else this.#fail(subscription, found)
    }
    const found = find()
    if (!(found instanceof Promise)) return begin(found)
    found.then(begin, (fault: unknown) => this.#fail(subscription, this.#parts.problemOf(fault)))
  }

  addCredit(id: string, credit: number): void {
    const subscription = this.#all.get(id)
    if (subscription === undefined) return
    subscription.credit += credit
    subscription.wake?.()
  }

  close(id: string): boolean {
    const subscription = this.#all.get(id)
    if (subscription === undefined) return false
    this.#over(subscription)
    subscription.answered()
    this.#parts.outbox.say(completeText(id))
    return true
  }

  end(): void {
    for (const subscription of this.#all.values()) this.#over(subscription)
  }

  async #run(subscription: Subscription, source: Source): Promise<void> {
    try {
      await source(subscription)
      // What the source ended for is over by then, unless nothing can follow.
      if (this.#over(subscription)) this.#parts.outbox.say(completeText(subscription.id))
    } catch (fault) {
      // Whoever is gone needs no reason.
      if (!subscription.isOver) this.#fail(subscription, this.#parts.problemOf(fault))
    }
  }

  #fail(subscription: Subscription, problem: Problem): void {
    if (this.#over(subscription)) this.#parts.onProblem(subscription.id, problem)
    subscription.answered()
  }

  /** @returns whether it was not before */
  #over(subscription: Subscription): boolean {
    if (subscription.isOver) return false
    this.#all.delete(subscription.id)
    subscription.end()
    return true
  }
}

class Subscription implements Flow, Reading {
  readonly id: string
  credit: number
  isOver = false
  wake: (() => void) | null = null
  readonly #parts: SubscriptionParts
  readonly #stop = new AbortController()
  #isAnswered = false

  constructor(id: string, credit: number, parts: SubscriptionParts) {
    this.id = id
    this.credit = credit
    this.#parts = parts
  }

  get signal(): AbortSignal {
    return this.#stop.signal
  }

  start(cursor: number | null, last: number | null): void {
    if (this.isOver) return
    const [since, end] = [cursor, last].map(sequenceText)
    const id = JSON.stringify(this.id)
    this.#parts.outbox.say(`{"type":"ack","id":${id},"since":${since},"last":${end}}`)
    this.answered()
  }

  reset(oldest: number): void {
    if (this.isOver) return
    const id = JSON.stringify(this.id)
    this.#parts.outbox.say(`{"type":"reset","id":${id},"oldest":"${formatSequence(oldest)}"}`)
  }

  events(frames: Frames): Promise<void> | void {
    return passOn(this.#parts.outbox, this, frames)
  }

  /** Its owner was told that it is there, or that it never will be. */
  answered(): void {
    if (this.#isAnswered) return
    this.#isAnswered = true
    this.#parts.onAnswer()
  }

  end(): void {
    this.isOver = true
    this.#stop.abort()
    this.wake?.()
  }
}

const sequenceText = (offset: number | null): string =>
  offset === null ? 'null' : `"${formatSequence(offset)}"`

const completeText = (id: string): string => `{"type":"complete","id":${JSON.stringify(id)}}`
