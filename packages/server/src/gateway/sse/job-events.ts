import { eventTypePrefix } from '@buzzer/contract'
import type { JobEvent } from '../../engine/job-event.ts'
import { jobCloudEvent } from '../cloud-event.ts'
import { frame, opening } from './frame.ts'

/**
 * A job's events as SSE frames, made one by one as the reader takes them.
 *
 * @param since the reader's cursor, exclusive
 */
export async function* jobEventFrames(
  events: AsyncIterable<JobEvent>,
  since: number,
  publicUrl: string,
): AsyncGenerator<string> {
  yield opening
  for await (const event of events) {
    const { type, offset } = event
    const data = JSON.stringify(jobCloudEvent(event, publicUrl))
    const text = frame(offset, type.replace(eventTypePrefix, ''), data)
    yield type === 'job.snapshot' && offset > since ? text + cursor(since) : text
  }
}

/**
 * Without data nothing is told, but a browser that is cut off comes back with it: a snapshot lies
 * above the pieces that follow it.
 */
const cursor = (offset: number): string => `id: ${offset}\n\n`
