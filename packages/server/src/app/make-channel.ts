import { channelPolicies, type ChannelOptions } from '../define/channel.ts'
import { channelName } from '../core/channel-name.ts'
import type { Channel } from '../ports/catalog.ts'
import { compiled, takeAnything } from './compiled-schema.ts'

/**
 * Makes a declared channel ready to be published to.
 *
 * @throws ConfigError where its schema or its history cannot be taken
 */
export function makeChannel(name: string, options: ChannelOptions): Channel {
  const path = `channels.${name}`
  const data = compiled(`${path}.data`, options.data)
  return {
    name: channelName(name),
    ...channelPolicies(path, options),
    dataSchema: data?.json ?? null,
    check: data?.schema.check ?? takeAnything,
  }
}
