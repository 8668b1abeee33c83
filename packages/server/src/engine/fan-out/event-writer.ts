import type { Batch } from '../../ports/batches.ts'
import type { ToldEvent } from '../channels/told-event.ts'
import type { JobEvent } from '../job-event.ts'
import type { BatchEvent } from '../batch-event.ts'

/** An event as it is delivered. */
export interface WrittenEvent {
  readonly id: string
  /** In full, as `dev.buzzer.job.succeeded`. */
  readonly type: string
  /** A CloudEvent 1.0 in its JSON format, on one line. */
  readonly text: string
}

/** Writes events as the edges do, with links that hold; what it writes is what is delivered. */
export interface EventWriter {
  channelEvent(event: ToldEvent, channel: string): WrittenEvent
  jobEvent(event: JobEvent): WrittenEvent
  batchEvent(event: BatchEvent, batch: Pick<Batch, 'id'>): WrittenEvent
}
