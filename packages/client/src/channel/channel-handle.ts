import type { StreamStatus } from '../follow.ts'
import type { CallOptions } from '../job-handle.ts'
import type { EventStream } from '../live-stream.ts'
import type { Protocol } from '../protocols.ts'
import type { ChannelItem } from './channel-event.ts'
import type { Presence } from './presence.ts'
import type { NewEvent, PublishedEvent } from './publish.ts'

export interface SubscribeOptions extends CallOptions {
  /**
   * Begin after this offset: 0 for all that is kept, the `sequence` of an event or the `cursor` of a
   * stream to go on from there. Without it, what comes from now on.
   */
  readonly since?: number | string | null | undefined
  /** The name to be present under, 1 to 64 characters, where the channel knows who reads it. */
  readonly as?: string | undefined
  /** What may be used, the best first. Default: the client's `protocols`, or else all of them. */
  readonly protocols?: readonly Protocol[] | undefined
  /** Told whenever the stream connects, is connected, or waits for the next try. */
  readonly onStatus?: ((status: StreamStatus) => void) | undefined
}

/** A channel, and what can be done with it. */
export interface ChannelHandle<Data = unknown> {
  /** With its segments divided by dots. */
  readonly name: string
  /**
   * Reads the channel, until the stream is left: every event, in order, none of them a second time,
   * over as many connections as it takes. Where events were no longer kept, or the server knows
   * nothing of the cursor, an item of the type `dev.buzzer.reset` stands in their place, with the
   * offset that it goes on at (`oldest`); `isReset(item)` tells it from an event.
   *
   * It begins with the first `next()`, not before.
   *
   * @throws BuzzerError where the server refuses (`channel-not-found`, also when the channel is
   *   deleted meanwhile); ConnectionError where it stays out of reach; StreamUnavailableError where
   *   none of `protocols` can be had; TypeError for a `since` that is no offset
   */
  subscribe(options?: SubscribeOptions): EventStream<ChannelItem<Data>>
  /**
   * Publishes one event, or several together, of which all are taken or none: at most 1,000 and
   * 256 KiB each. Tried again where that helps, which publishes nothing a second time: for about
   * 30 s by default, so that a restart of the server goes unnoticed.
   *
   * @returns where they stand, in their order, once they are durable
   * @throws BuzzerError where the server refuses: `validation-failed` names each wrong event in
   *   `problem.errors`; ConnectionError
   */
  publish(
    events: NewEvent<Data> | readonly NewEvent<Data>[],
    options?: CallOptions,
  ): Promise<PublishedEvent[]>
  /** Who reads it, where it was declared with `presence: true`. */
  presence(options?: CallOptions): Promise<Presence>
}
