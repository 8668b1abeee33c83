import type { Duration } from '@buzzer/contract'
import type { ChannelHistory } from '../core/channel.ts'
import { ConfigError } from './errors.ts'
import { createReader } from './option-reader.ts'
import type { Schema, ValueOf } from './schema.ts'

/** What `channel()` takes. */
export interface ChannelOptions<DataSchema extends Schema = Schema> {
  /** One line for people, shown in the channel's description. */
  readonly summary?: string
  /** What the data of events is checked against when they are published. */
  readonly data?: DataSchema
  /** How much of the past a reader can ask for. */
  readonly history?: HistoryOptions
  /** Keeps nothing on disk: faster, and gone with the process. Default: `false`. */
  readonly ephemeral?: boolean
  /** Whether all tenants have it in common. Default: `false`. */
  readonly shared?: boolean
  /** Whether it is known who reads it. Default: `false`. */
  readonly presence?: boolean
}

export interface HistoryOptions {
  /** Events at most, up to 10,000,000. Default: 1,000. */
  readonly count?: number
  /** The age of the oldest event. Default: the server's `retention.events`. */
  readonly age?: Duration
}

export interface ChannelDefinition<Data = unknown> {
  /** Never there: carries the type to whoever types the channel's events, as the client does. */
  readonly '~types'?: { readonly data: Data }
  readonly 'kind': 'channel'
  readonly 'options': ChannelOptions
}

/**
 * Declares a channel: a named stream of events that anybody with the right may publish to.
 *
 * The type of its data comes from the schema where that carries it, as those of Zod do.
 */
export const channel = <const DataSchema extends Schema>(
  options: ChannelOptions<DataSchema> = {},
): ChannelDefinition<ValueOf<DataSchema>> => ({
  kind: 'channel',
  options,
})

/** What a channel does with what is published to it. */
export interface ChannelPolicies {
  readonly summary: string | null
  readonly history: ChannelHistory
  readonly ephemeral: boolean
  readonly shared: boolean
  readonly presence: boolean
}

const defaultCount = 1_000
const mostCount = 10_000_000

/**
 * Reads the options of a channel, apart from its schema.
 *
 * @param path where the channel stands in the configuration
 * @throws ConfigError naming all that is wrong with them
 */
export function channelPolicies(path: string, options: ChannelOptions): ChannelPolicies {
  const read = createReader(path)
  const history = read.group('history', options.history, ['count', 'age'])
  const count = read.count('history.count', history.count) ?? defaultCount
  if (count > mostCount) read.refuse('history.count', `${count} is more than ${mostCount}`)
  const policies = {
    summary: read.text('summary', options.summary),
    history: { count, ageMs: read.duration('history.age', history.age, 1) },
    ephemeral: read.flag('ephemeral', options.ephemeral) ?? false,
    shared: read.flag('shared', options.shared) ?? false,
    presence: read.flag('presence', options.presence) ?? false,
  }
  if (policies.ephemeral && history.age !== undefined) {
    read.refuse('history.age', 'an ephemeral channel keeps nothing; leave it out')
  }
  if (read.issues.length > 0) throw new ConfigError(read.issues)
  return policies
}
