import type { Millis } from '../core/time.ts'
import type { Batch } from '../ports/batches.ts'
import type { BatchEndEvent, OutcomeEvent } from '../ports/events.ts'

/** What a reader of a batch is told. */
export type BatchEvent =
  /** How it stands when the reader comes; its offset is the reader's own. */
  | {
      readonly kind: 'snapshot'
      readonly offset: number
      readonly at: Millis
      readonly batch: Batch
    }
  | OutcomeEvent
  | (BatchEndEvent & { readonly now: Batch })
