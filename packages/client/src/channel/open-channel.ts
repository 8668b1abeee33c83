import { follow } from '../follow.ts'
import { liveStream, withCursor } from '../live-stream.ts'
import { everyProtocol } from '../protocols.ts'
import type { Transport } from '../transport.ts'
import { channelFeed } from './channel-feed.ts'
import type { ChannelHandle } from './channel-handle.ts'
import { channelName, sinceOf } from './channel-route.ts'
import { readPresence } from './presence.ts'
import { publishEvents } from './publish.ts'

/** Makes the handle of a channel; sends nothing. */
export function openChannel(transport: Transport, given: string): ChannelHandle {
  const name = channelName(given)
  const route = { transport, name }
  return {
    name,
    subscribe({ since, as, signal, onStatus, protocols } = {}) {
      const feed = channelFeed({ ...route, as }, sinceOf(since))
      const how = { onStatus, protocols: protocols ?? transport.protocols ?? everyProtocol }
      const start = (limited: AbortSignal) => follow(feed, { ...how, signal: limited })
      return withCursor(liveStream(start, signal), () => feed.cursor)
    },
    publish: (events, options = {}) =>
      publishEvents(route, isMany(events) ? events : [events], options),
    presence: (options = {}) => readPresence(route, options),
  }
}

const isMany = <T>(given: T | readonly T[]): given is readonly T[] => Array.isArray(given)
