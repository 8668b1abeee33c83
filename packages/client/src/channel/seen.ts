import type { CloudEvent } from '@buzzer/contract'
import { offsetIn } from '../socket/message.ts'
import { channelEvent, resetType, type ChannelItem } from './channel-event.ts'

/** What a reader has seen of a channel, across all its connections. */
export interface Seen {
  cursor: number | null
}

/** Notes a gap. A cursor may also have been too high, as after a restored backup: it goes down. */
export function seeReset(seen: Seen, value: unknown): ChannelItem {
  const oldest = offsetIn(value)
  if (oldest === null) throw new SyntaxError('A reset without the oldest offset')
  seen.cursor = Math.max(0, oldest - 1)
  return { type: resetType, oldest }
}

/** Notes an event; null for one that was seen before. @throws SyntaxError where it is none */
export function seeEvent(seen: Seen, data: CloudEvent): ChannelItem | null {
  const event = channelEvent(data)
  if (seen.cursor !== null && event.sequence <= seen.cursor) return null
  seen.cursor = event.sequence
  return event
}
