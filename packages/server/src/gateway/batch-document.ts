import type { BatchDocument } from '@buzzer/contract'
import { batchState } from '../core/batch.ts'
import { formatTime } from '../core/time.ts'
import type { Batch } from '../ports/batches.ts'

export const batchPath = (batch: Pick<Batch, 'id'>): string => `/v1/batches/${batch.id}`

/** A batch as PROTOCOL.md, section 1 has it. */
export function batchDocument(batch: Batch, publicUrl: string): BatchDocument {
  const self = publicUrl + batchPath(batch)
  return {
    id: batch.id,
    state: batchState(batch.tally),
    counts: { ...batch.tally.counts },
    jobs: [...batch.jobs],
    createdAt: formatTime(batch.createdAt),
    links: { self, events: `${self}/events`, results: `${self}/results`, cancel: `${self}/cancel` },
  }
}
