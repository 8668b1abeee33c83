import type { BatchEvent } from '../../engine/batch-event.ts'
import type { Batch } from '../../ports/batches.ts'
import { batchCloudEvent, batchEventType } from '../batch-cloud-event.ts'
import { frame, opening } from './frame.ts'

/** A batch's events as SSE frames, made one by one as the reader takes them. */
export async function* batchEventFrames(
  events: AsyncIterable<BatchEvent>,
  batch: Batch,
  publicUrl: string,
): AsyncGenerator<string> {
  yield opening
  for await (const event of events) {
    const data = JSON.stringify(batchCloudEvent(event, batch, publicUrl))
    yield frame(event.offset, batchEventType(event), data)
  }
}
