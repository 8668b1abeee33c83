import type { SocketTarget } from './socket/sockets.ts'
import type { ServerRequest, Transport } from './transport.ts'

/** One message about a feed, however it came. */
export interface FeedMessage {
  /** The offset. */
  readonly id: string
  /** The type, where it is ours without `dev.buzzer.`. */
  readonly event: string
  /** What was read from its JSON. */
  readonly data: object
}

/** What a WebSocket is asked for. */
export interface FeedSubscription extends SocketTarget {
  /** Under which name the reader is present. */
  readonly as?: string | undefined
}

/** Something whose events can be followed, and what was seen of it so far. */
export interface Feed<Event> {
  readonly transport: Transport
  /** Where to go on after a break; null for the present state and what comes from now on. */
  readonly cursor: number | null
  /** The code of the problem that says that it is not there, rather than its stream. */
  readonly notFound: string
  readonly subscription: FeedSubscription
  /**
   * Called with the cursor that the server gives a connection. It lies above our own where all was
   * asked for and nothing is kept any more, and then a gap shows only to who keeps it.
   */
  begin(since: number | null): void
  /** Asked before the stream is: what it needs to know to lose nothing after a break. */
  prepare?(signal: AbortSignal): Promise<void>
  /** Asks for the stream of events. */
  open(headers: Record<string, string>, signal: AbortSignal): ServerRequest
  /**
   * Reads one message and notes it as seen.
   *
   * @returns null where it was seen before or is of a kind that this version ignores
   * @throws SyntaxError where it is no event
   */
  read(message: FeedMessage): Event | null
  /** Whether nothing follows it. */
  isFinal(event: Event): boolean
  /**
   * The way without a stream. Ends with the final event, or, where there is none, after a while, so
   * that better ways are tried again.
   *
   * @param alive called at each answer
   * @returns whether nothing follows
   */
  poll(
    alive: () => void,
    signal: AbortSignal | undefined,
  ): AsyncGenerator<Event, 'over' | 'cut' | void>
}

/** The name that a type of ours has in an event stream. */
export const shortType = (type: string): string => type.replace(/^dev\.buzzer\./, '')
