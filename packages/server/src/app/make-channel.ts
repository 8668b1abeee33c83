import { channelPolicies, type ChannelOptions } from '../define/channel.ts'
import type { Channel } from '../ports/catalog.ts'
import { compiled, takeAnything } from './compiled-schema.ts'

/** Dots and slashes mean the same; what is kept and listed has dots. */
export const channelName = (name: string): string => name.replaceAll('/', '.')

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
