import type { EventDraft } from '../../core/event.ts'
import type { EngineContext } from '../context.ts'
import type { Asker } from '../find.ts'
import { findPlace, type DeclaredPlace, type ReadablePlace } from './place.ts'
import type { Presence } from './presence.ts'
import { publish, type Published } from './publish.ts'
import {
  readChannel,
  watchChannel,
  type ChannelNews,
  type ChannelPart,
  type ChannelReading,
} from './watch-channel.ts'

/** What the edges call for channels. */
export interface ChannelEngine {
  readonly presence: Pick<Presence, 'enter' | 'list'>
  /** @param name with dots or slashes. @returns null where there is no such channel */
  find(asker: Asker, name: string): ReadablePlace | null
  publish(place: DeclaredPlace, drafts: readonly EventDraft[]): Published | Promise<Published>
  watch(place: ReadablePlace, reading: ChannelReading): AsyncGenerator<ChannelNews, void>
  /** The events above a cursor, as soon as there are any; the signal ends the wait for them. */
  read(place: ReadablePlace, reading: ChannelReading): Promise<ChannelPart>
}

export const createChannelEngine = (ctx: EngineContext, presence: Presence): ChannelEngine => ({
  presence,
  find: (asker, name) => findPlace(ctx.catalog, asker, name),
  publish: (place, drafts) => publish(ctx, place, drafts),
  watch: (place, reading) => watchChannel(ctx, place, reading),
  read: (place, reading) => readChannel(ctx, place, reading),
})
