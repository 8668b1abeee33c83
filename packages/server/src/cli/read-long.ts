import {
  ConnectionError,
  type ChannelHandle,
  type ChannelItem,
  type StreamStatus,
  type SubscribeOptions,
} from '@buzzer/client'

export interface LongReading extends Omit<SubscribeOptions, 'signal' | 'onStatus' | 'since'> {
  readonly since: number | null
  readonly signal: AbortSignal
  /** Told when a connection that was open is to be opened again. */
  readonly onWaiting: () => void
  /** Told how far it has come. */
  readonly onCursor?: (cursor: number | null) => void
}

/**
 * Reads a channel for as long as it takes: who has seen it once waits for the server to come back,
 * and who has not is told at once that there is none.
 */
export async function* readLong(
  channel: ChannelHandle,
  { since, onWaiting, onCursor, ...how }: LongReading,
): AsyncGenerator<ChannelItem, void> {
  let wasOpen = false
  const onStatus = (status: StreamStatus): void => {
    if (status === 'waiting' && wasOpen) onWaiting()
    if (status === 'open') wasOpen = true
  }
  for (let from = since; ;) {
    const stream = channel.subscribe({ ...how, onStatus, since: from })
    try {
      for await (const item of stream) {
        onCursor?.(stream.cursor)
        yield item
      }
      return
    } catch (error) {
      if (!(error instanceof ConnectionError) || !wasOpen) throw error
      from = stream.cursor
    }
  }
}
