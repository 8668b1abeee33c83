import { useMemo, useSyncExternalStore } from 'react'
import type { ChannelData, ChannelName } from '../channel/channel-types.ts'
import type { Client } from '../client.ts'
import type { Protocol } from '../protocols.ts'
import { channelStore, type ChannelView } from './channel-view.ts'

export interface UseChannelOptions {
  /** Begin after this offset; 0 for all that is kept. Without it, what comes from now on. */
  readonly since?: number | string | null | undefined
  /** How many of the latest events are held. Default 100. */
  readonly limit?: number | undefined
  /** The name to be present under, where the channel knows who reads it. */
  readonly as?: string | undefined
  /** What may be used, the best first. */
  readonly protocols?: readonly Protocol[] | undefined
}

/**
 * Shows the latest events of a channel. It is read while the component is there; channels of one
 * client share a connection.
 */
export function useChannel<Ops, Chs, Name extends ChannelName<Chs>>(
  client: Client<Ops, Chs>,
  name: Name,
  { since, limit = 100, as, protocols }: UseChannelOptions = {},
): ChannelView<ChannelData<Chs, Name>> {
  const allowed = protocols?.join()
  // By what the options say: a component may write them anew each time that it is drawn.
  const store = useMemo(
    () => channelStore(client.channel(name), { since, as, protocols }, limit),
    [client, name, since, limit, as, allowed],
  )
  return useSyncExternalStore(store.subscribe, store.get, store.get)
}
