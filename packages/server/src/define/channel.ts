import type { Duration } from '@buzzer/contract'
import { ConfigError } from './errors.ts'
import { createReader } from './option-reader.ts'
import type { Schema } from './schema.ts'

/** What `channel()` takes. Channels can be declared; publishing to them is not supported yet. */
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

/**
 * @param path where the channel stands in the configuration
 * @throws ConfigError naming all that is wrong with its history
 */
export function checkHistory(path: string, given: unknown): void {
  const read = createReader(path)
  const history = read.group('history', given as HistoryOptions | undefined, ['count', 'age'])
  read.count('history.count', history.count)
  read.duration('history.age', history.age, 1)
  if (read.issues.length > 0) throw new ConfigError(read.issues)
}
