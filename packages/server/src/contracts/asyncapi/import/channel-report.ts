import type { ImportedChannel, ImportedChannels } from './import-channels.ts'

/** What `buzzer import --dry-run --json` prints of an AsyncAPI document. */
export interface ChannelReport {
  readonly channels: readonly Omit<ImportedChannel, 'data' | 'summary'>[]
  readonly notes: readonly string[]
}

/** Says what channels would be declared, and what of them was not understood. */
export const channelReport = ({ channels, notes }: ImportedChannels): ChannelReport => ({
  channels: channels.map(({ data: _, summary: __, ...told }) => told),
  notes,
})
