import type { Duration } from '@buzzer/contract'
import type { Schema } from './schema.ts'

/** What `channel()` takes. Channels are not supported yet: a configuration with one is refused. */
export interface ChannelOptions<DataSchema extends Schema = Schema> {
  /** What events are checked against when they are published. */
  readonly data?: DataSchema
  /** How much of the past a reader can ask for. */
  readonly history?: HistoryOptions
  /** Whether all tenants have it in common. Default: `false`. */
  readonly shared?: boolean
}

export interface HistoryOptions {
  /** Events at most. */
  readonly count?: number
  /** The age of the oldest event. */
  readonly age?: Duration
}

export interface ChannelDefinition {
  readonly kind: 'channel'
  readonly options: ChannelOptions
}

/** Declares a channel: a named stream of events that anybody with the right may publish to. */
export const channel = (options: ChannelOptions = {}): ChannelDefinition => ({
  kind: 'channel',
  options,
})
