import { BuzzerError } from './error.ts'
import { shortType, type Feed, type FeedMessage } from './feed.ts'
import type { Connection } from './socket/connection.ts'
import { createInbox, type Inbox } from './socket/inbox.ts'
import type { SocketMessage } from './socket/message.ts'
import { subscribe, type Subscription } from './socket/subscription.ts'
import { SocketRefused } from './socket/web-socket.ts'
import type { StreamEnd, StreamState } from './stream-feed.ts'

/** So many events may be on their way here before the reader has taken the first. */
export const windowSize = 256
/** How long the handshake and the answer to the subscription may take together. */
export const answerMs = 15_000

/** Reads what one subscription on a WebSocket gives, until it or the socket ends. */
export async function* socketFeed<Event>(
  feed: Feed<Event>,
  state: StreamState,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, StreamEnd> {
  const { sockets } = feed.transport
  if (sockets === null) return 'unavailable'
  signal?.throwIfAborted()
  // Acks and resets are no events; a server that sends as many of them has lost its way.
  const inbox = createInbox(2 * windowSize)
  let leave = (): void => {}
  const left = new Promise<null>((resolve) => (leave = () => resolve(null)))
  const leasing = sockets.lease(feed.subscription)
  const release = (): void => void leasing.then((lease) => lease.release()).catch(() => {})
  // At once, because a reader that has gone need not come back to notice.
  const stop = (): void => {
    inbox.put(null)
    leave()
    release()
  }
  signal?.addEventListener('abort', stop, { once: true })
  try {
    // Asking for a ticket may take its time, and nobody has to wait for that who goes.
    const lease = await Promise.race([leasing, left])
    if (lease === null) return 'cut'
    return yield* readConnection(feed, state, lease.connection, inbox, signal)
  } catch (error) {
    if (error instanceof SocketRefused || isMissing(error, feed.notFound)) return 'unavailable'
    throw error
  } finally {
    signal?.removeEventListener('abort', stop)
    release()
  }
}

async function* readConnection<Event>(
  feed: Feed<Event>,
  state: StreamState,
  connection: Connection,
  inbox: Inbox,
  signal: AbortSignal | undefined,
): AsyncGenerator<Event, StreamEnd> {
  const { clock } = feed.transport
  const { channel, as } = feed.subscription
  const request = { channel, since: feed.cursor ?? undefined, as, credit: windowSize }
  const stopWaiting = clock.after(answerMs, () => inbox.put(null))
  const subscription = subscribe(connection, request, inbox)
  const stop = (): void => {
    stopWaiting()
    subscription.leave()
  }
  signal?.addEventListener('abort', stop, { once: true })
  const begin = (since: number | null): void => {
    stopWaiting()
    feed.begin(since)
    state.alive()
  }
  try {
    return yield* readInbox(feed, inbox, subscription, begin)
  } finally {
    signal?.removeEventListener('abort', stop)
    stop()
  }
}

async function* readInbox<Event>(
  feed: Feed<Event>,
  inbox: Inbox,
  subscription: Subscription,
  begin: (since: number | null) => void,
): AsyncGenerator<Event, StreamEnd> {
  let isAccepted = false
  let taken = 0
  for (;;) {
    const messages = await inbox.take()
    if (messages === null) return isAccepted ? 'cut' : 'mute'
    for (const message of messages) {
      if (message.type === 'complete') return 'over'
      if (message.type === 'error') throw new BuzzerError(message.error)
      if (message.type === 'ack') {
        isAccepted = true
        begin(message.since)
        continue
      }
      const event = feed.read(feedMessage(message))
      if (event !== null) yield event
      if (event !== null && feed.isFinal(event)) return 'over'
      // Only what the reader has come back from is taken: so a slow one slows the server down.
      taken += message.type === 'event' ? 1 : 0
      if (taken < windowSize / 2) continue
      subscription.grant(taken)
      taken = 0
    }
  }
}

function feedMessage(message: Extract<SocketMessage, { type: 'event' | 'reset' }>): FeedMessage {
  if (message.type === 'reset') {
    const { oldest } = message
    return { id: String(Math.max(0, oldest - 1)), event: 'reset', data: { oldest } }
  }
  const { event } = message
  return { id: event.sequence, event: shortType(event.type), data: event }
}

/** What has no WebSockets is not what has no such channel. */
const isMissing = (error: unknown, notFound: string): boolean =>
  error instanceof BuzzerError &&
  [404, 405, 406, 501].includes(error.status) &&
  error.code !== notFound
