import { channelTopic, type Bus } from '../../ports/bus.ts'
import type { Catalog } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ChannelPage } from '../../ports/events.ts'
import type { Log } from '../../ports/log.ts'
import type { Store } from '../../ports/store.ts'
import type { Offsets } from './offsets.ts'
import { asDeclared, keyOf, type Place, type ReadablePlace } from './place.ts'
import type { RingBounds } from './ring.ts'
import { createTail, type Kept, type Tail } from './tail.ts'
import type { ToldEvent, ToldPage } from './told-event.ts'

/** The tails of the channels that somebody follows on this node, or publishes to without a store. */
export interface Tails extends Disposable {
  /** The tail of a channel, held until it is let go. */
  hold(place: ReadablePlace): HeldTail
  /** Definitions changed: who follows a channel that is another one now, or none, is let go. */
  revise(): void
  /** Says on this node and on others that a channel has more. @param events committed here */
  announce(place: Place, events: readonly ToldEvent[]): void
}

export interface HeldTail extends Disposable {
  readonly tail: Tail
}

export interface TailParts {
  readonly store: Pick<Store, 'events'>
  readonly bus: Bus
  readonly catalog: Catalog
  readonly clock: Pick<Clock, 'after' | 'now'>
  readonly soon: (callback: () => void) => void
  readonly log: Log
  readonly offsets: Offsets
  /** Adds to events what the store does not keep with them. */
  readonly tell: (page: ChannelPage) => Promise<ToldPage>
}

const ringCharacters = 1_048_576
const storedBounds: RingBounds = { events: 1_024, characters: ringCharacters }
const pageSize = 256
/** Hints may be lost, so each tail also looks by itself this often, in milliseconds. */
const lookMs = 5_000
/** Tails of channels that keep nothing on disk stay without readers: they are all that there is. */
const idleAtMost = 10_000
/** And together they hold about so many characters, those that somebody follows not counted. */
const idleCharacters = 67_108_864

interface Entry {
  readonly place: ReadablePlace
  readonly tail: Tail
  readonly unsubscribe: () => void
  readonly isStored: boolean
  holders: number
  /** What it is charged for while it is idle. */
  characters: number
}

export function createTails(ctx: TailParts): Tails {
  const entries = new Map<string, Entry>()
  /** Those without a store that nobody holds, the one that has been so for longest first. */
  const idle = new Map<string, Entry>()
  /** Whose own news this is, which need not be looked for. */
  let announcing: Tail | null = null
  let callOff: (() => void) | null = null
  /** What those are charged for together. */
  let characters = 0

  const create = (place: ReadablePlace): Entry => {
    const isStored = place.channel?.ephemeral !== true
    const tail = createTail({
      ...sourceOf(ctx, place, isStored),
      ...keptOf(place),
      now: () => ctx.clock.now(),
      soon: ctx.soon,
      onFault: (fault) =>
        ctx.log.warn({ err: fault, channel: place.name }, 'a channel is not read'),
    })
    const hear = (): void => {
      if (announcing !== tail) tail.look()
    }
    const unsubscribe = ctx.bus.subscribe(channelTopic(place.tenant, place.name), hear)
    return { place, tail, unsubscribe, isStored, holders: 0, characters: 0 }
  }

  const rest = (key: string, entry: Entry): void => {
    entry.characters = entry.tail.characters
    characters += entry.characters
    idle.set(key, entry)
  }

  const resume = (key: string, entry: Entry): void => {
    if (idle.delete(key)) characters -= entry.characters
  }

  const drop = (key: string, entry: Entry): void => {
    entry.unsubscribe()
    entries.delete(key)
    resume(key, entry)
    if (entries.size > 0) return
    callOff?.()
    callOff = null
  }

  /** The one that has been idle for longest goes; its readers' cursors are reset when they come. */
  const makeRoom = (): void => {
    for (const [key, entry] of idle) {
      if (idle.size <= idleAtMost && characters <= idleCharacters) return
      drop(key, entry)
    }
  }

  const lookAll = (): void => {
    for (const { tail, isStored } of entries.values()) if (isStored) tail.look()
    callOff = ctx.clock.after(lookMs, lookAll)
  }

  const entryOf = (key: string, place: ReadablePlace): Entry => {
    const known = entries.get(key)
    if (known !== undefined) return known
    const entry = create(place)
    entries.set(key, entry)
    callOff ??= ctx.clock.after(lookMs, lookAll)
    return entry
  }

  return {
    hold(place) {
      const key = keyOf(place)
      const entry = entryOf(key, place)
      entry.holders += 1
      resume(key, entry)
      let isHeld = true
      return {
        tail: entry.tail,
        [Symbol.dispose]() {
          if (!isHeld) return
          isHeld = false
          entry.holders -= 1
          if (entry.holders > 0 || entries.get(key) !== entry) return
          // One that holds nothing would only take the place of others.
          if (entry.isStored || entry.tail.characters === 0) return drop(key, entry)
          rest(key, entry)
          makeRoom()
        },
      }
    },
    revise() {
      // Also of those that nobody has followed for long.
      ctx.offsets.forget((place) => asDeclared(ctx.catalog, place) === null)
      for (const [key, entry] of entries) {
        const now = asDeclared(ctx.catalog, entry.place)
        if (now !== null) {
          entry.tail.keep(keptOf(now))
          continue
        }
        entry.tail.end()
        drop(key, entry)
      }
    },
    announce(place, events) {
      const tail = entries.get(keyOf(place))?.tail ?? null
      tail?.offer(events)
      announcing = tail
      ctx.bus.publish(channelTopic(place.tenant, place.name))
      announcing = null
    },
    [Symbol.dispose]() {
      for (const [key, entry] of entries) drop(key, entry)
    },
  }
}

function keptOf({ channel }: ReadablePlace): Kept {
  const isEphemeral = channel?.ephemeral === true
  return {
    bounds: isEphemeral
      ? { events: channel.history.count, characters: ringCharacters }
      : storedBounds,
    ageMs: channel?.history.ageMs ?? null,
  }
}

function sourceOf(ctx: TailParts, place: Place, isStored: boolean) {
  const { tenant, name } = place
  const read = async (since: number) =>
    ctx.tell(await ctx.store.events.read(tenant, name, since, pageSize))
  const start = async (): Promise<number> =>
    (isStored ? null : ctx.offsets.last(place)) ??
    (await ctx.store.events.read(tenant, name, Number.MAX_SAFE_INTEGER, 1)).last
  return { read: isStored ? read : null, start }
}
