import type { Callback } from '../../core/callback.ts'
import { defaultDeliveryPolicy } from '../../core/delivery-policy.ts'
import type { DeliveryTarget } from '../../core/delivery.ts'
import { isOutcome, type Job } from '../../core/job.ts'
import { callbackLane } from '../../core/lane.ts'
import { observe } from '../../core/observe.ts'
import { isInline } from '../../core/payload.ts'
import type { FanOutEntry, NewDelivery, NewMessage } from '../../ports/fan-out.ts'
import type { BatchEvent } from '../batch-event.ts'
import type { EngineContext } from '../context.ts'
import { leaseMs } from '../dispatch/lane-terms.ts'
import { findBatch } from '../find-batch.ts'
import { viewJob } from '../view.ts'
import type { JobEvent } from '../job-event.ts'
import { newDelivery } from './recipients.ts'

type Entry<Kind extends FanOutEntry['kind']> = Extract<FanOutEntry, { kind: Kind }>

/**
 * What the callback of a job is told of a change: nothing, or one message for each event. It reads
 * what it takes; what is given back writes it.
 */
export async function prepareJobMessages(
  ctx: EngineContext,
  { before, after, at, callback }: Entry<'job'>,
): Promise<() => readonly NewMessage[]> {
  const types = typesOf(before, after).filter((type) => isAskedFor(callback, type))
  if (types.length === 0) return () => []
  const view = await viewJob(ctx, after)
  const kept = types.includes('job.succeeded') ? await resultOf(ctx, after) : null
  return () =>
    types.map((type) => {
      const result = type === 'job.succeeded' ? kept : null
      return messageOf(ctx, after, callback, { type, offset: after.version, at, view, result })
    })
}

type ChangeType = Exclude<JobEvent['type'], 'job.output'>

function typesOf(before: Job | null, after: Job): readonly ChangeType[] {
  if (before === null) return [after.state === 'running' ? 'job.running' : 'job.queued']
  return observe(before, after).filter((type) => type !== 'job.output')
}

const isEnd = (type: ChangeType): boolean =>
  type === 'job.succeeded' || type === 'job.failed' || type === 'job.cancelled'

function isAskedFor({ events }: Callback, type: ChangeType): boolean {
  if (events === 'final') return isEnd(type)
  return events === 'all' || type !== 'job.progress'
}

/** Small enough to stand in line, and still that of this run. */
async function resultOf(ctx: EngineContext, after: Job) {
  const result = isOutcome(after) ? await ctx.store.payloads.result(after.id) : null
  return result !== null && isInline(result) ? result : null
}

/** A piece of output, for a callback that asked for all. */
export const pieceMessage = (
  ctx: EngineContext,
  { job, piece, callback }: Entry<'piece'>,
): NewMessage =>
  messageOf(ctx, job, callback, {
    type: 'job.output',
    offset: piece.version,
    at: piece.at,
    job,
    output: {
      attempt: piece.attempt,
      index: piece.index,
      piece: JSON.parse(piece.json) as unknown,
    },
  })

function messageOf(ctx: EngineContext, job: Job, callback: Callback, event: JobEvent): NewMessage {
  const written = ctx.write.jobEvent(event)
  return {
    tenant: job.tenant,
    channel: `jobs/${job.id}`,
    offset: event.offset,
    eventId: written.id,
    type: written.type,
    at: event.at,
    job: job.id,
    // Its callback goes with a job that is erased, but stays for one that is past its retention.
    holdsJob: false,
    body: written.text,
    callback,
    deliveries: [callbackDelivery(ctx, job.tenant, { kind: 'callback', id: job.id }, callback)],
  }
}

/** What the callback of a batch is told; null where that is nothing. In two steps like the others. */
export async function prepareBatchMessage(
  ctx: EngineContext,
  entry: Entry<'batch'>,
): Promise<() => NewMessage | null> {
  const { tenant, batch: id, event, callback } = entry
  if (event.kind === 'published') return () => null
  if (event.kind === 'outcome' && callback.events === 'final') return () => null
  const found = event.kind === 'batch-end' ? await findBatch(ctx, { tenant }, id) : null
  if (found?.kind === 'problem') return () => null
  const told = event.kind === 'outcome' ? event : endedWith(event, found)
  return () => (told === null ? null : batchMessageOf(ctx, entry, told))
}

function batchMessageOf(
  ctx: EngineContext,
  { tenant, batch: id, channel, callback }: Entry<'batch'>,
  event: BatchEvent,
): NewMessage {
  const written = ctx.write.batchEvent(event, { id })
  return {
    tenant,
    channel,
    offset: event.offset,
    eventId: written.id,
    type: written.type,
    at: event.at,
    job: event.kind === 'outcome' ? event.job : null,
    holdsJob: false,
    body: written.text,
    callback,
    deliveries: [callbackDelivery(ctx, tenant, { kind: 'callback', id }, callback)],
  }
}

type BatchEnd = Extract<Entry<'batch'>['event'], { kind: 'batch-end' }>

const endedWith = (event: BatchEnd, found: Awaited<ReturnType<typeof findBatch>> | null) =>
  found?.kind === 'found' ? { ...event, now: found.batch } : null

function callbackDelivery(
  ctx: EngineContext,
  tenant: string,
  target: DeliveryTarget,
  { url }: Callback,
): NewDelivery {
  return newDelivery(ctx, {
    target,
    lane: callbackLane(tenant, url),
    dueAt: ctx.clock.now(),
    isOrdered: false,
    leaseMs: leaseMs(defaultDeliveryPolicy),
  })
}
