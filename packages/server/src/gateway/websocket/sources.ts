import { parseBatchId, type Problem } from '@buzzer/contract'
import { isOutcome } from '../../core/job.ts'
import type { Caller } from '../../core/scope.ts'
import type { ReadablePlace } from '../../engine/channels/place.ts'
import { BatchGone } from '../../engine/watch-batch.ts'
import { JobGone } from '../../engine/watch.ts'
import { batchExpired, batchNotFound } from '../../engine/find-batch.ts'
import { jobExpired } from '../../engine/find.ts'
import { batchCloudEvent } from '../batch-cloud-event.ts'
import { jobCloudEvent } from '../cloud-event.ts'
import { isProblem } from '../http/answer/problem.ts'
import type { HttpContext } from '../http/context.ts'
import { faultProblem } from '../http/fault.ts'
import { attend, isAttendanceProblem } from '../http/request/attendance.ts'
import { findBatch } from '../http/request/find-batch.ts'
import { channelNotFound, findChannel } from '../http/request/find-channel.ts'
import { findJob } from '../http/request/find-job.ts'
import { around } from '../renderings.ts'
import type { Wish } from './read-subscribe.ts'
import type { Reading, Source } from './subscriptions.ts'
import { frameOne, type Frames } from './text-frames.ts'

/** Finds what a name leads to: a job, a batch, the outcomes of an operation, or a declared channel. */
export function findSource(
  ctx: HttpContext,
  caller: Caller,
  { channel: name, since, as }: Wish,
): Source | Problem | Promise<Source | Problem> {
  const [, kind, id = ''] = /^(jobs|batches)[./](.*)$/s.exec(name) ?? []
  const scope = kind === undefined ? 'channels:subscribe' : 'jobs:read'
  if (!ctx.auth.allows(caller, scope)) return notAllowed(scope)
  if (kind === 'jobs') return jobSource(ctx, caller, id, since)
  if (kind === 'batches') return batchSource(ctx, caller, id, since)
  const place = findChannel(ctx, { params: { channel: name }, caller })
  if (isProblem(place)) return place
  const enter = attend(ctx, place, as)
  return isAttendanceProblem(enter) ? enter : channelSource(ctx, place, since, enter)
}

const notAllowed = (scope: string): Problem => ({
  code: 'insufficient-scope',
  detail: `This credential does not allow ${scope}. Use one that does.`,
})

const channelSource =
  (
    { engine, renderings }: HttpContext,
    place: ReadablePlace,
    since: number | null,
    enter: (() => Disposable) | null,
  ): Source =>
  async (reading) => {
    const { signal } = reading
    for await (const news of engine.channels.watch(place, { since, signal, enter })) {
      if (news.kind === 'start') reading.start(news.cursor, news.last)
      else if (news.kind === 'reset') reading.reset(news.oldest)
      else {
        const taken = reading.events(renderings.messages(news.slice, place.name, reading.id))
        if (taken !== undefined) await taken
      }
    }
    if (!signal.aborted) throw new ChannelMoved(place.name)
  }

/** The channel is not there any more, or is another one under the same name. */
class ChannelMoved extends Error {
  override readonly name = 'ChannelMoved'
}

/** What is told to somebody who followed a channel that is not what it was. */
export const movedProblem = ({ engine }: HttpContext, caller: Caller, channel: string): Problem =>
  engine.channels.find(caller, channel) === null ? channelNotFound(channel) : channelChanged

const channelChanged: Problem = {
  code: 'channel-changed',
  detail: 'The channel was declared anew. Subscribe again with the last cursor.',
}

async function jobSource(
  ctx: HttpContext,
  caller: Caller,
  id: string,
  since: number | null,
): Promise<Source | Problem> {
  const job = await findJob(ctx, { params: { id }, caller })
  if (isProblem(job)) return job
  return async (reading) => {
    reading.start(since, null)
    if (since !== null && isOutcome(job) && since >= job.version) return
    for await (const event of ctx.engine.watch(job, since ?? 0, reading.signal)) {
      await reading.events(framed(reading, jobCloudEvent(event, ctx.publicUrl())))
    }
  }
}

async function batchSource(
  ctx: HttpContext,
  caller: Caller,
  id: string,
  since: number | null,
): Promise<Source | Problem> {
  if (parseBatchId(id) === null) return batchNotFound
  const batch = await findBatch(ctx, { params: { id }, caller })
  if (isProblem(batch)) return batch
  return async (reading) => {
    reading.start(since, null)
    if (since !== null && (await ctx.engine.batches.sawTheEnd(batch, since))) return
    for await (const event of ctx.engine.batches.watch(batch, since ?? 0, reading.signal)) {
      await reading.events(framed(reading, batchCloudEvent(event, batch, ctx.publicUrl())))
    }
  }
}

function framed({ id }: Reading, event: object): Frames {
  const [before, after] = around(id)
  return frameOne(before + JSON.stringify(event) + after)
}

/** What a reader is told whose source ended with a fault. */
export function sourceProblem(ctx: HttpContext, caller: Caller, fault: unknown): Problem {
  if (fault instanceof ChannelMoved) return movedProblem(ctx, caller, fault.message)
  if (fault instanceof JobGone) return jobExpired
  if (fault instanceof BatchGone) return batchExpired
  return faultProblem(ctx, fault)
}
