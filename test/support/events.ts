/** One event of a stream of Server-Sent Events. */
export interface StreamEvent {
  readonly id: number
  readonly type: string
  /** The CloudEvent that it carries. */
  readonly data: { readonly data: unknown }
}

/**
 * Reads a job's events until the server ends the stream in order.
 *
 * @param since where to go on; 0 for all
 * @throws where the connection is cut
 */
export async function readEvents(
  url: string,
  id: string,
  since = 0,
): Promise<readonly StreamEvent[]> {
  const response = await fetch(new URL(`/v1/jobs/${id}/events`, url), {
    headers: { 'accept': 'text/event-stream', 'last-event-id': String(since) },
  })
  if (response.status !== 200) throw new Error(`the events of ${id}: ${response.status}`)
  const frames = (await response.text()).split('\n\n')
  // One without data is no event, but may move the cursor.
  return frames.filter((frame) => /^data:/m.test(frame)).map(readFrame)
}

function readFrame(frame: string): StreamEvent {
  const field = (name: string): string => new RegExp(`^${name}: ?(.*)$`, 'm').exec(frame)?.[1] ?? ''
  return {
    id: Number(field('id')),
    type: field('event'),
    data: JSON.parse(field('data')) as StreamEvent['data'],
  }
}
