import type { CallbackWish } from '../core/callback.ts'
import type { Problem, ValidationError } from '@buzzer/contract'
import { workTopic } from '../ports/bus.ts'
import type { AcceptBatch, Batch, BatchAcceptance, BatchEntry } from '../ports/batches.ts'
import { atHand, jobOf, keyClaimOf, type Submission } from './accept.ts'
import { pollMs } from './claim.ts'
import type { EngineContext } from './context.ts'
import { keepApart, letGo } from './keep.ts'
import { sealCallback } from './seal-callback.ts'

/** Calls that are accepted together, each checked by its edge. */
export interface BatchSubmission {
  readonly tenant: string
  readonly client: string | null
  readonly entries: readonly Submission[]
  /** The key of the batch as a whole. */
  readonly idempotency: { readonly key: string; readonly requestHash: Uint8Array } | null
  /** Who is told of it, where that came with the call. */
  readonly callback: CallbackWish | null
}

export type BatchAccepted =
  | { readonly kind: 'accepted'; readonly batch: Batch }
  | { readonly kind: 'replayed'; readonly batch: Batch }
  | { readonly kind: 'refused'; readonly problem: Problem }

/** What a job without its input takes on its way to the store, about. */
const bytesPerJob = 1_024

/** How long the key of a batch is known; those of its jobs as long as their operations say. */
const keyWindowMs = 86_400_000

/**
 * Takes all calls of a batch or none: when this resolves with `accepted`, all of them are on disk.
 * They are claimed as any other job is.
 *
 * @throws StoreUnavailable where nobody can say whether they were stored
 */
export async function acceptBatch(
  ctx: EngineContext,
  submission: BatchSubmission,
): Promise<BatchAccepted> {
  const began = ctx.clock.monotonic()
  const command = await commandOf(ctx, submission)
  const acceptance = await store(ctx, command)
  const tookMs = ctx.clock.monotonic() - began
  switch (acceptance.kind) {
    case 'accepted':
      follow(ctx, command, acceptance.batch, tookMs)
      return acceptance
    case 'replayed':
      dropInputs(ctx, command.entries)
      for (const { operation } of submission.entries) ctx.telemetry.replayed(operation.name)
      return acceptance
    case 'key-reused':
      dropInputs(ctx, command.entries)
      return { kind: 'refused', problem: keyReused }
    case 'key-expired':
      dropInputs(ctx, command.entries)
      return { kind: 'refused', problem: keyExpired }
    case 'job-keys-reused':
      dropInputs(ctx, command.entries)
      return { kind: 'refused', problem: jobKeysReused(acceptance.places) }
    case 'job-keys-expired':
      dropInputs(ctx, command.entries)
      return { kind: 'refused', problem: jobKeysExpired(acceptance.places) }
  }
}

/** Counted as one of those that are under way, with the room that all its jobs take. */
async function store(ctx: EngineContext, command: AcceptBatch): Promise<BatchAcceptance> {
  const began = ctx.clock.monotonic()
  const bytes = command.entries.reduce((sum, { input }) => sum + bytesPerJob + atHand(input), 0)
  ctx.pressure.enter(bytes)
  try {
    return await ctx.store.batches.accept(command)
  } finally {
    ctx.pressure.leave(bytes, ctx.clock.monotonic() - began)
  }
}

async function commandOf(ctx: EngineContext, submission: BatchSubmission): Promise<AcceptBatch> {
  const { tenant, client, entries, idempotency, callback } = submission
  const id = ctx.ids.next('bat')
  const now = ctx.clock.now()
  const expiring = idempotency === null ? null : { ...idempotency, expiresAt: now + keyWindowMs }
  const written: BatchEntry[] = []
  // One after the other, so that a batch of large inputs does not take the disk from everybody.
  for (const entry of entries) {
    const input = entry.input === null ? null : await keepApart(ctx, entry.input)
    const job = jobOf(ctx, entry, id, now)
    written.push({ job, input, idempotency: keyClaimOf(entry, now) })
  }
  const sealed = sealCallback(ctx, callback, id)
  const order = { id, tenant, client, createdAt: now, callback: sealed }
  return { ...order, idempotency: expiring, entries: written }
}

/** Tells who runs jobs of those that are new; a job that was there before had its own telling. */
function follow(ctx: EngineContext, { entries }: AcceptBatch, batch: Batch, tookMs: number): void {
  const listed = new Set(batch.jobs)
  const soon = ctx.clock.now() + pollMs
  let isDue = false
  for (const entry of entries) {
    const { id, operation, dueAt, key } = entry.job
    if (!listed.has(id)) {
      dropInputs(ctx, [entry])
      ctx.telemetry.replayed(operation)
      continue
    }
    ctx.telemetry.accepted(operation, tookMs)
    isDue ||= dueAt < soon
    if (key === null && dueAt <= ctx.clock.now()) admitted(ctx, operation)
  }
  if (isDue) ctx.bus.publish(workTopic)
}

function admitted(ctx: EngineContext, name: string): void {
  const operation = ctx.catalog.operation(name)
  if (operation !== null) ctx.admission.queued(operation)
}

const dropInputs = (ctx: EngineContext, entries: readonly BatchEntry[]): void => {
  for (const { input } of entries) letGo(ctx, input)
}

const keyReused: Problem = {
  code: 'idempotency-key-reused',
  detail:
    'This Idempotency-Key was used for another batch. ' +
    'Send the first one again unchanged, or use a new key.',
}

const keyExpired: Problem = {
  code: 'batch-expired',
  detail:
    'The batch with this Idempotency-Key was accepted, and is past its retention or erased. ' +
    'To have it run once more, use a new key.',
}

const jobKeysReused = (places: readonly number[]): Problem => ({
  code: 'idempotency-key-reused',
  detail:
    'Nothing was accepted, because keys of jobs in it were used for other calls; `errors` says ' +
    'which. Send those calls unchanged, or use new keys.',
  errors: errorsAt(places, 'was used for another call of this operation'),
})

const jobKeysExpired = (places: readonly number[]): Problem => ({
  code: 'job-expired',
  detail:
    'Nothing was accepted, because jobs in it were run already under their keys and are gone; ' +
    '`errors` says which. Leave them out, or use new keys.',
  errors: errorsAt(places, 'stands for a job that is past its retention or erased'),
})

const errorsAt = (places: readonly number[], detail: string): readonly ValidationError[] =>
  places.map((place) => ({ pointer: `/jobs/${place}/idempotencyKey`, detail }))
