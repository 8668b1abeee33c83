import type { CloudEvent } from '@buzzer/contract'
import type { Feed, FeedMessage } from '../feed.ts'
import type { ChannelItem } from './channel-event.ts'
import { channelRequest, type ChannelRoute } from './channel-route.ts'
import { lookAtChannel, pollChannel, startOf } from './poll-channel.ts'
import { seeEvent, seeReset, type Seen } from './seen.ts'

/** @param since the offset after which to begin; null for what comes from now on */
export function channelFeed(route: ChannelRoute, since: number | null): Feed<ChannelItem> {
  const seen: Seen = { cursor: since }
  const { transport, name, as } = route
  return {
    transport,
    notFound: 'channel-not-found',
    subscription: { channel: name, token: null, as },
    begin(at) {
      if (at !== null) seen.cursor = Math.max(seen.cursor ?? 0, at)
    },
    get cursor() {
      return seen.cursor
    },
    // A stream says where it stands only with its first event. Cut before, it would begin again at
    // a later now, and what lies between were lost. What was published meanwhile the stream gives.
    async prepare(signal) {
      if (seen.cursor !== null) return
      seen.cursor = startOf(await lookAtChannel(route, { since: null, isHeld: false, signal }))
    },
    open(headers, signal) {
      const query = as === undefined ? '' : `?as=${encodeURIComponent(as)}`
      const options = { headers: new Headers(headers), signal }
      return channelRequest(route, 'GET', `/events${query}`, options)
    },
    read: (message) => readItem(seen, message),
    isFinal: () => false,
    poll: (alive, signal) => pollChannel(route, seen, alive, signal),
  }
}

function readItem(seen: Seen, message: FeedMessage): ChannelItem | null {
  const data = message.data as Partial<CloudEvent> & { readonly oldest?: unknown }
  // An event of somebody's own may be called so too.
  const isGap = message.event === 'reset' && data.specversion === undefined
  return isGap ? seeReset(seen, data.oldest) : seeEvent(seen, data as CloudEvent)
}
