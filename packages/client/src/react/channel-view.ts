import { isReset, type ChannelEvent, type ChannelReset } from '../channel/channel-event.ts'
import type { ChannelHandle, SubscribeOptions } from '../channel/channel-handle.ts'
import type { StreamStatus } from '../follow.ts'
import { errorOf } from './job-view.ts'
import { createStore, type Store } from './store.ts'

/** A channel as a component shows it. */
export interface ChannelView<Data = unknown> {
  /** The latest, the oldest of them first. */
  readonly events: readonly ChannelEvent<Data>[]
  /** `failed` for good: see `error`. */
  readonly status: StreamStatus | 'failed'
  /** The last gap: what came before its `oldest` was no longer kept. */
  readonly reset: ChannelReset | null
  readonly error: Error | null
}

/** Reads a channel while somebody looks at it, and goes on where it was at the next look. */
export function channelStore<Data>(
  channel: ChannelHandle<Data>,
  { since, ...how }: Omit<SubscribeOptions, 'signal' | 'onStatus'>,
  limit: number,
): Store<ChannelView<Data>> {
  const first: ChannelView<Data> = { events: [], status: 'connecting', reset: null, error: null }
  let cursor = since
  return createStore(first, async (update, signal) => {
    try {
      const onStatus = (status: StreamStatus): void => {
        // Where it begins counts as well: who looks away before the first event misses none.
        if (status === 'open') cursor ??= stream.cursor
        update((view) => ({ ...view, status, error: null }))
      }
      const stream = channel.subscribe({ ...how, since: cursor, signal, onStatus })
      for await (const item of stream) {
        if (signal.aborted) return
        cursor = stream.cursor
        update((view) =>
          isReset(item)
            ? { ...view, reset: item }
            : { ...view, events: [...view.events, item].slice(-limit) },
        )
      }
    } catch (error) {
      update((view) => ({ ...view, status: 'failed', error: errorOf(error) }))
    }
  })
}
