import { readJson } from '../answer.ts'
import { unexpected } from '../error.ts'
import type { CallOptions } from '../job-handle.ts'
import { offsetIn } from '../socket/message.ts'
import { randomKey } from '../submit-options.ts'
import { channelRequest, type ChannelRoute } from './channel-route.ts'

/** What is published: a CloudEvent, of which everything but the type may be left out. */
export interface NewEvent<Data = unknown> {
  /** What happened, such as `com.example.price`. */
  readonly type: string
  /** Anything that JSON can say, or bytes. */
  readonly data?: Data | Uint8Array | undefined
  /**
   * The same `source` and `id` again is the same event. Random without it, so that the client's own
   * retries publish once; give your own to be safe across restarts of your program.
   */
  readonly id?: string | undefined
  /** `/channels/` and the channel's name without it. */
  readonly source?: string | undefined
  readonly subject?: string | undefined
  /** When it happened; the server's time without it. */
  readonly time?: Date | string | undefined
  readonly datacontenttype?: string | undefined
  readonly dataschema?: string | undefined
  /** W3C Trace Context. */
  readonly traceparent?: string | undefined
  /** CloudEvents extension attributes: lower case letters and digits. */
  readonly [extension: string]: unknown
}

/** Where an event stands now. */
export interface PublishedEvent {
  readonly id: string
  readonly sequence: number
}

/** Publishes events together: all of them are taken, or none. */
export function publishEvents(
  route: ChannelRoute,
  events: readonly NewEvent[],
  { signal }: CallOptions,
): Promise<PublishedEvent[]> {
  // Made before the first try: what is sent again is the same events.
  const body = JSON.stringify(events.map((event) => cloudEvent(route.name, event)))
  const headers = new Headers({ 'content-type': 'application/cloudevents-batch+json' })
  const attempts = route.transport.retry.publishAttempts
  const request = channelRequest(route, 'POST', '/events', { headers, body, attempts, signal })
  return route.transport.send(request, readPublished)
}

function cloudEvent(channel: string, { data, time, ...event }: NewEvent): object {
  return {
    specversion: '1.0',
    ...event,
    source: event.source ?? `/channels/${channel}`,
    id: event.id ?? randomKey(),
    time: time instanceof Date ? time.toISOString() : time,
    ...dataMembers(data, event.datacontenttype),
  }
}

const dataMembers = (data: unknown, given: string | undefined): object =>
  data instanceof Uint8Array
    ? { datacontenttype: given ?? 'application/octet-stream', data_base64: base64Of(data) }
    : { data }

/** In pieces, because a call takes only so many arguments. */
function base64Of(bytes: Uint8Array): string {
  const size = 8_192
  const pieces = Array.from({ length: Math.ceil(bytes.length / size) }, (_, at) =>
    String.fromCharCode(...bytes.subarray(at * size, (at + 1) * size)),
  )
  return btoa(pieces.join(''))
}

async function readPublished(response: Response): Promise<PublishedEvent[]> {
  const { events } = (await readJson(response)) as { readonly events?: unknown }
  if (!Array.isArray(events)) throw unexpected(response.status, 'The answer names no events.')
  return events.map(({ id, sequence }: { id: unknown; sequence: unknown }) => {
    const offset = offsetIn(sequence)
    if (typeof id === 'string' && offset !== null) return { id, sequence: offset }
    throw unexpected(response.status, 'The answer names no events.')
  })
}
