import { formatSequence } from '@buzzer/contract'
import type { ChannelNews } from '../../engine/channels/watch-channel.ts'
import type { Renderings } from '../renderings.ts'
import { frame, opening } from './frame.ts'

/** A channel's events as Server-Sent Events. */
export async function* channelEventFrames(
  news: AsyncIterable<ChannelNews>,
  channel: string,
  { sse }: Renderings,
): AsyncGenerator<string | Uint8Array> {
  for await (const each of news) {
    if (each.kind === 'slice') yield sse(each.slice, channel)
    // Without data nothing is told, but a browser that comes back begins here.
    else if (each.kind === 'start') yield `${opening}id: ${each.cursor}\n\n`
    else yield frame(each.oldest - 1, 'reset', resetData(each.oldest))
  }
}

const resetData = (oldest: number): string => JSON.stringify({ oldest: formatSequence(oldest) })
