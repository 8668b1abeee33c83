import { afterEach, beforeEach, expect } from 'vitest'
import { isReset, type ChannelItem } from '../channel/channel-event.ts'
import { createClient } from '../client.ts'
import { answerMs } from '../socket-feed.ts'
import { createFakeChannels, type FakeChannels } from './fake-channels.ts'
import { createSkippingClock, type SkippingClock } from './skipping-clock.ts'

/** A server with channels and a client before it, for each test anew. */
export function useChannelWorld() {
  let server: FakeChannels
  let clock: SkippingClock
  beforeEach(() => {
    server = createFakeChannels('news', 'more')
    clock = createSkippingClock(1_700_000_000_000, answerMs)
  })
  // No test leaves a connection or a timer behind.
  afterEach(() => {
    expect(server.open).toBe(0)
    expect(clock.pending).toBe(0)
  })

  return {
    get server() {
      return server
    },
    get clock() {
      return clock
    },
    /** A server with other channels. */
    serve(...channels: readonly string[]): void {
      server = createFakeChannels(...channels)
    },
    connect: (more: object = {}) =>
      createClient({
        url: 'http://buzzer.test/',
        fetch: server.fetch,
        webSocket: server.webSocket,
        clock,
        random: () => 0.5,
        ...more,
      }),
    publish(count: number, name = 'news'): void {
      for (let at = 0; at < count; at += 1) server.channel(name).publish({ data: { at } })
    },
    /** Resolves when somebody has connected. */
    async open(): Promise<void> {
      while (server.open === 0) await turn()
    },
  }
}

/** Resolves after what waits for a turn of the event loop. */
export const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve))

/** @returns fewer where the stream ends */
export async function take(
  stream: AsyncIterator<ChannelItem, void>,
  count: number,
): Promise<readonly ChannelItem[]> {
  const items: ChannelItem[] = []
  while (items.length < count) {
    const { value, done } = await stream.next()
    if (done === true) break
    items.push(value)
  }
  return items
}

export const told = (items: readonly ChannelItem[]) =>
  items.map((item) => (isReset(item) ? `reset ${item.oldest}` : item.sequence))
