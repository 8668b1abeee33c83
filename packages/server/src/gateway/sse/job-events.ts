import { eventTypePrefix } from '@buzzer/contract'
import type { JobEvent } from '../../engine/job-event.ts'
import { jobCloudEvent } from '../cloud-event.ts'
import { frame, opening } from './frame.ts'

/** A job's events as SSE frames, made one by one as the reader takes them. */
export async function* jobEventFrames(
  events: AsyncIterable<JobEvent>,
  publicUrl: string,
): AsyncGenerator<string> {
  yield opening
  for await (const event of events) {
    const data = JSON.stringify(jobCloudEvent(event, publicUrl))
    yield frame(event.offset, event.type.replace(eventTypePrefix, ''), data)
  }
}
