import { problemDocument, type Problem } from '@buzzer/contract'
import { formatBytes } from '../../core/bytes.ts'
import type { Caller } from '../../core/scope.ts'
import type { HttpContext } from '../http/context.ts'
import { isProblem } from '../http/answer/problem.ts'
import { createIntake } from './intake.ts'
import { createOutbox } from './outbox.ts'
import { readMessage, unknownMembers, type Message } from './read-message.ts'
import { readSubscribe } from './read-subscribe.ts'
import { cancelMessage, publishMessage, submitMessage, type Answered } from './requests.ts'
import { findSource, sourceProblem } from './sources.ts'
import { createSubscriptions } from './subscriptions.ts'
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
export function createSession({ ctx, caller, wire, soon }: SessionParts): Conversation {
  const outbox = createOutbox({ wire, clock: ctx.clock, soon, onSent: () => intake.sent() })
  const intake = createIntake({ wire, outbox: () => outbox, handle: (text) => handle(text) })
  const subscriptions = createSubscriptions({
    outbox,
    onAnswer: () => intake.ended(),
    onProblem: (id, problem) => sayProblem(id, problem),
    problemOf: (fault) => sourceProblem(ctx, caller, fault),
  })

  const sayProblem = (id: string, problem: Problem): void => {
    ctx.telemetry.rejected(problem.code)
    const document = problemDocument(problem, ctx.publicUrl())
    outbox.say(`{"type":"error","id":${JSON.stringify(id)},"error":${JSON.stringify(document)}}`)
  }

  const say = (id: string, answered: Answered): void => {
    if (isProblem(answered)) sayProblem(id, answered)
    else outbox.say(`{"type":"ack","id":${JSON.stringify(id)},${answered}}`)
  }

  const answer = (id: string, answered: Answered | Promise<Answered>): void => {
    if (!(answered instanceof Promise)) return say(id, answered)
    intake.began()
    answered.then(
      (done) => {
        say(id, done)
        intake.ended()
      },
      (fault: unknown) => {
        sayProblem(id, sourceProblem(ctx, caller, fault))
        intake.ended()
      },
    )
  }

  const subscribe = (id: string, { members }: Message): void => {
    if (subscriptions.has(id)) return breakOff(`The id of a subscription that is open: ${id}`)
    if (subscriptions.count() >= subscriptionsAtMost) return sayProblem(id, tooManySubscriptions)
    const wish = readSubscribe(members)
    if (isProblem(wish)) return sayProblem(id, wish)
    intake.began()
    subscriptions.open(id, wish.credit, () => findSource(ctx, caller, wish))
  }

  const addCredit = (id: string, { credit }: Message['members']): void => {
    if (isCredit(credit)) subscriptions.addCredit(id, credit)
    else breakOff('Its `credit` is no whole number from 1 on.')
  }

  const breakOff = (reason: string): void => {
    wire.close(closeCode.noMessage, fitReason(reason))
  }

  const handle = (text: Buffer): void => {
    const read = readMessage(text)
    if (read.kind === 'broken') return breakOff(read.reason)
    const { message } = read
    if (message.id === null) return outbox.say('{"type":"pong"}')
    const errors = unknownMembers(message)
    if (errors.length > 0) return sayProblem(message.id, { ...unknown, errors })
    if (text.length > ctx.limits.bodyBytes) return sayProblem(message.id, tooLarge(ctx))
    take(message.id, message)
  }

  const take = (id: string, message: Message): void => {
    const { type, members } = message
    switch (type) {
      case 'subscribe':
        return subscribe(id, message)
      case 'credit':
        return addCredit(id, members)
      case 'unsubscribe':
        return void subscriptions.close(id)
      case 'publish':
        return answer(id, publishMessage(ctx, caller, message))
      case 'submit':
        return answer(id, submitMessage(ctx, caller, members))
      case 'cancel':
        return answer(id, cancelMessage(ctx, caller, members))
      case 'ping':
        return outbox.say(`{"type":"pong","id":${JSON.stringify(id)}}`)
    }
  }

  return {
    receive: (message) => intake.take(message),
    drained: () => outbox.drained(),
    fullSince: () => outbox.fullSince(),
    isReading: () => intake.isReading(),
    end() {
      intake.end()
      subscriptions.end()
      outbox.end()
    },
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
