import {
  exactly,
  eventTypePrefix,
  formatSequence,
  type CloudEvent,
  type Problem,
  type ResetData,
} from '@buzzer/contract'
import type { Caller } from '../../core/scope.ts'
import { formatTime } from '../../core/time.ts'
import type { ReadablePlace } from '../../engine/channels/place.ts'
import { draftsOf, readObject } from '../cloud-events/drafts-of.ts'
import { isProblem } from '../http/answer/problem.ts'
import type { HttpContext } from '../http/context.ts'
import { parseJsonMessage } from '../http/request/parse-json.ts'
import { passOn, type Flow } from './flow.ts'
import { createIntake } from './intake.ts'
import { createOutbox } from './outbox.ts'
import { publishDrafts, refuseScope, type Answered } from './requests.ts'
import type { SessionParts } from './session.ts'
import { movedProblem, sourceProblem } from './sources.ts'
import { closeCode, fitReason, type Conversation } from './wire.ts'

export interface EventSessionParts extends SessionParts {
  readonly place: ReadablePlace
  readonly since: number | null
  /** Set where it is seen by others while it reads. */
  readonly enter: (() => Disposable) | null
}

/**
 * One socket that speaks `cloudevents.json` about one channel (the WebSockets protocol binding of
 * CloudEvents): each message is an event, both ways.
 */
export function createEventSession(parts: EventSessionParts): Conversation {
  const { ctx, caller, wire, soon, place, since, enter } = parts
  const outbox = createOutbox({ wire, clock: ctx.clock, soon, onSent: () => intake.sent() })
  const intake = createIntake({ wire, outbox: () => outbox, handle: (text) => handle(text) })
  const flow: Flow = { credit: Infinity, isOver: false, wake: null }
  const stop = new AbortController()

  /** Nothing answers here, so that only the end of the socket tells that something failed. */
  const settle = (answered: Answered): void => {
    if (!isProblem(answered)) return
    ctx.telemetry.rejected(answered.code)
    wire.close(closeCode.noMessage, fitReason(reasonOf(answered)))
  }

  const handle = (text: Buffer): void => {
    const answered = publish(ctx, caller, place.name, text)
    if (!(answered instanceof Promise)) return settle(answered)
    intake.began(text.length)
    answered.then(
      (done) => {
        settle(done)
        intake.ended(text.length)
      },
      (fault: unknown) => settle(sourceProblem(ctx, caller, fault)),
    )
  }

  /** The channel is not what it was. */
  const moved = (): void => {
    const { code, detail } = movedProblem(ctx, caller, place.name)
    const isGone = code === 'channel-not-found'
    wire.close(isGone ? closeCode.noChannel : closeCode.tooSlow, fitReason(`${code}: ${detail}`))
  }

  const follow = async (): Promise<void> => {
    const { signal } = stop
    for await (const news of ctx.engine.channels.watch(place, { since, signal, enter })) {
      if (news.kind === 'slice') {
        await passOn(outbox, flow, ctx.renderings.messages(news.slice, place.name, null))
      } else if (news.kind === 'reset') {
        outbox.say(JSON.stringify(resetEvent(place, news.oldest, ctx.clock.now())))
      }
    }
    if (!stop.signal.aborted) moved()
  }
  follow().catch((fault: unknown) => settle(sourceProblem(ctx, caller, fault)))

  return {
    receive: (message) => intake.take(message),
    drained: () => outbox.drained(),
    fullSince: () => outbox.fullSince(),
    isReading: () => intake.isReading(),
    end() {
      flow.isOver = true
      stop.abort()
      intake.end()
      outbox.end()
    },
  }
}

/** Nothing but this tells what was wrong. */
function reasonOf({ code, detail, errors = [] }: Problem): string {
  const [first] = errors
  return first === undefined ? `${code}: ${detail}` : `${code}: ${first.pointer} ${first.detail}`
}

function publish(
  ctx: HttpContext,
  caller: Caller,
  channel: string,
  text: Buffer,
): Answered | Promise<Answered> {
  const refused = refuseScope(ctx, caller, 'channels:publish')
  if (refused !== null) return refused
  const parsed = parseJsonMessage(text)
  if (parsed.kind === 'problem') return parsed.problem
  const drafts = draftsOf([
    readObject(parsed.value, 'cloud-event', exactly(parsed.text, parsed.value)),
  ])
  return isProblem(drafts) ? drafts : publishDrafts(ctx, caller, channel, drafts)
}

const resetEvent = (
  { kind, name }: ReadablePlace,
  oldest: number,
  now: number,
): CloudEvent<ResetData> => ({
  specversion: '1.0',
  id: `reset.${oldest}`,
  source: kind === 'declared' ? `/channels/${name}` : `/${name}`,
  type: `${eventTypePrefix}reset`,
  time: formatTime(now),
  datacontenttype: 'application/json',
  sequence: formatSequence(oldest - 1),
  data: { oldest: formatSequence(oldest) },
})
