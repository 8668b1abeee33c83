import type { SseMessage } from './sse-parser.ts'
import type { ServerRequest, Transport } from './transport.ts'

/** Something whose events can be followed: a job or a batch, and what was seen of it so far. */
export interface Feed<Event> {
  readonly transport: Transport
  /** Where to go on after a break; null for the present state and what comes from now on. */
  readonly cursor: number | null
  /** The code of the problem that says that it is not there, rather than its stream. */
  readonly notFound: string
  /** Asks for the stream of events. */
  open(headers: Record<string, string>, signal: AbortSignal): ServerRequest
  /**
   * Reads one message and notes it as seen.
   *
   * @returns null where it was seen before or is of a kind that this version ignores
   * @throws SyntaxError where it is no event
   */
  read(message: SseMessage): Event | null
  /** Whether nothing follows it. */
  isFinal(event: Event): boolean
  /** The way without a stream; ends with the final event. @param alive called at each answer */
  poll(alive: () => void, signal: AbortSignal | undefined): AsyncGenerator<Event, void>
}
