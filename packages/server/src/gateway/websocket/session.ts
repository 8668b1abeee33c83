import { problemDocument, type Problem } from '@buzzer/contract'
import { formatBytes } from '../../core/bytes.ts'
import type { Caller } from '../../core/scope.ts'
import type { HttpContext } from '../http/context.ts'
import { isProblem } from '../http/answer/problem.ts'
import { createIntake, type Intake } from './intake.ts'
import { createOutbox, type Outbox } from './outbox.ts'
import { readMessage, unknownMembers, type Message } from './read-message.ts'
import { readSubscribe } from './read-subscribe.ts'
import { cancelMessage, publishMessage, submitMessage, type Answered } from './requests.ts'
import { findSource, sourceProblem } from './sources.ts'
import { createSubscriptions, type Subscriptions } from './subscriptions.ts'
import { closeCode, fitReason, type Conversation, type Wire } from './wire.ts'

const subscriptionsAtMost = 1_000

export interface SessionParts {
  readonly ctx: HttpContext
  readonly caller: Caller
  readonly wire: Wire
  /** Calls back when what has come in by now was taken in. */
  readonly soon: (callback: () => void) => void
}

/** One socket that speaks `buzzer.v1` (PROTOCOL.md, section 4). */
export const createSession = (parts: SessionParts): Conversation => new Session(parts)

/** A class, because there is one for each socket and most are quiet. */
class Session implements Conversation {
  readonly #ctx: HttpContext
  readonly #caller: Caller
  readonly #wire: Wire
  readonly #outbox: Outbox
  readonly #intake: Intake
  readonly #subscriptions: Subscriptions

  constructor({ ctx, caller, wire, soon }: SessionParts) {
    this.#ctx = ctx
    this.#caller = caller
    this.#wire = wire
    this.#outbox = createOutbox({ wire, clock: ctx.clock, soon, onSent: () => this.#intake.sent() })
    this.#intake = createIntake({
      wire,
      outbox: () => this.#outbox,
      handle: (text) => this.#handle(text),
    })
    this.#subscriptions = createSubscriptions({
      outbox: this.#outbox,
      onAnswer: () => this.#intake.ended(0),
      onProblem: (id, problem) => this.#sayProblem(id, problem),
      problemOf: (fault) => sourceProblem(ctx, caller, fault),
    })
  }

  receive(message: Buffer): void {
    this.#intake.take(message)
  }

  drained(): void {
    this.#outbox.drained()
  }

  fullSince(): number | null {
    return this.#outbox.fullSince()
  }

  isReading(): boolean {
    return this.#intake.isReading()
  }

  end(): void {
    this.#intake.end()
    this.#subscriptions.end()
    this.#outbox.end()
  }

  #handle(text: Buffer): void {
    const read = readMessage(text)
    if (read.kind === 'broken') return this.#breakOff(read.reason)
    const { message } = read
    if (message.id === null) return this.#outbox.say('{"type":"pong"}')
    const errors = unknownMembers(message)
    if (errors.length > 0) return this.#sayProblem(message.id, { ...unknown, errors })
    const isTooLarge = text.length > this.#ctx.limits.bodyBytes
    if (isTooLarge) return this.#sayProblem(message.id, tooLarge(this.#ctx))
    this.#take(message.id, message)
  }

  #take(id: string, message: Message): void {
    const { type, members } = message
    switch (type) {
      case 'subscribe':
        return this.#subscribe(id, message)
      case 'credit':
        return this.#addCredit(id, members)
      case 'unsubscribe':
        return void this.#subscriptions.close(id)
      case 'publish':
        return this.#answer(message, id, publishMessage(this.#ctx, this.#caller, message))
      case 'submit':
        return this.#answer(message, id, submitMessage(this.#ctx, this.#caller, message))
      case 'cancel':
        return this.#answer(message, id, cancelMessage(this.#ctx, this.#caller, members))
      case 'ping':
        return this.#outbox.say(`{"type":"pong","id":${JSON.stringify(id)}}`)
    }
  }

  #subscribe(id: string, { members }: Message): void {
    const subscriptions = this.#subscriptions
    if (subscriptions.has(id)) return this.#breakOff(`The id of a subscription that is open: ${id}`)
    const isTooMany = subscriptions.count() >= subscriptionsAtMost
    if (isTooMany) return this.#sayProblem(id, tooManySubscriptions)
    const wish = readSubscribe(members)
    if (isProblem(wish)) return this.#sayProblem(id, wish)
    this.#intake.began(0)
    subscriptions.open(id, wish.credit, () => findSource(this.#ctx, this.#caller, wish))
  }

  #addCredit(id: string, { credit }: Message['members']): void {
    if (isCredit(credit)) this.#subscriptions.addCredit(id, credit)
    else this.#breakOff('Its `credit` is no whole number from 1 on.')
  }

  #answer({ text }: Message, id: string, answered: Answered | Promise<Answered>): void {
    if (!(answered instanceof Promise)) return this.#say(id, answered)
    const bytes = text.byteLength
    this.#intake.began(bytes)
    answered.then(
      (done) => {
        this.#say(id, done)
        this.#intake.ended(bytes)
      },
      (fault: unknown) => {
        this.#sayProblem(id, sourceProblem(this.#ctx, this.#caller, fault))
        this.#intake.ended(bytes)
      },
    )
  }

  #say(id: string, answered: Answered): void {
    if (isProblem(answered)) this.#sayProblem(id, answered)
    else this.#outbox.say(`{"type":"ack","id":${JSON.stringify(id)},${answered}}`)
  }

  #sayProblem(id: string, problem: Problem): void {
    this.#ctx.telemetry.rejected(problem.code)
    const document = problemDocument(problem, this.#ctx.publicUrl())
    const error = JSON.stringify(document)
    this.#outbox.say(`{"type":"error","id":${JSON.stringify(id)},"error":${error}}`)
  }

  #breakOff(reason: string): void {
    this.#wire.close(closeCode.noMessage, fitReason(reason))
  }
}

const isCredit = (value: unknown): value is number =>
  Number.isSafeInteger(value) && Number(value) > 0

const tooManySubscriptions: Problem = {
  code: 'rate-limited',
  detail: `A socket carries at most ${subscriptionsAtMost} subscriptions. End some, or open another.`,
}

const unknown: Problem = {
  code: 'validation-failed',
  detail: 'The message has members that nobody knows; `errors` says which.',
}

const tooLarge = ({ limits }: HttpContext): Problem => ({
  code: 'payload-too-large',
  detail: `The message is larger than ${formatBytes(limits.bodyBytes)} (limits.body).`,
})
