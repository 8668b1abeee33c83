import { createIdSource, type BatchId } from '@buzzer/contract'
import { batchChannel } from '../../core/batch.ts'
import type { AcceptBatch, Batch, BatchAcceptance, BatchEntry } from '../../ports/batches.ts'
import type { IdempotencyClaim, Store } from '../../ports/store.ts'
import { minuteMs, sampleInput, sampleJob, serve, tenant, type JobWish } from './sample.ts'

const ids = createIdSource(Date.now, (count) => crypto.getRandomValues(new Uint8Array(count)))
export const freshBatchId = (): BatchId => ids.next('bat')

export interface EntryWish extends JobWish {
  readonly idempotency?: IdempotencyClaim
}

export const keyed = (key: string, hash = 1): IdempotencyClaim => ({
  key,
  requestHash: new Uint8Array(16).fill(hash),
  expiresAt: Date.now() + minuteMs,
})

export function sampleBatch(
  wishes: readonly EntryWish[],
  of: Partial<AcceptBatch> = {},
): AcceptBatch {
  const id = freshBatchId()
  const entries = wishes.map(({ idempotency = null, ...wish }): BatchEntry => ({
    job: sampleJob({ batch: id, ...wish }),
    input: sampleInput(),
    idempotency: idempotency ?? null,
  }))
  const order = { id, tenant, client: null, createdAt: Date.now(), idempotency: null }
  return { ...order, callback: null, entries, ...of }
}

export const plain = (count: number): EntryWish[] => Array.from({ length: count }, () => ({}))

export function batchOf(acceptance: BatchAcceptance): Batch {
  if (!('batch' in acceptance)) throw new Error(`It was refused: ${acceptance.kind}.`)
  return acceptance.batch
}

export async function find(store: Store, id: BatchId): Promise<Batch> {
  const found = await store.batches.read(id)
  if (found.kind !== 'found') throw new Error(`${id} is ${found.kind}.`)
  return found.batch
}

export const tellings = async (store: Store, id: BatchId, since = 0) =>
  (await store.events.read(tenant, batchChannel(id), since, 10_000)).events

export const submitted = async (store: Store, wishes: readonly EntryWish[]): Promise<Batch> => {
  await serve(store, 'render')
  return batchOf(await store.batches.accept(sampleBatch(wishes)))
}

export const zero = {
  queued: 0,
  running: 0,
  input_required: 0,
  succeeded: 0,
  failed: 0,
  cancelled: 0,
}

export const everything = {
  tenant,
  operation: null,
  states: null,
  tag: null,
  deadLetter: null,
  createdAfter: null,
  createdBefore: null,
  limit: 1_000,
  cursor: null,
} as const
