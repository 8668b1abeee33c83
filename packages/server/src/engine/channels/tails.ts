import { channelTopic, type Bus } from '../../ports/bus.ts'
import type { Catalog } from '../../ports/catalog.ts'
import type { Clock } from '../../ports/clock.ts'
import type { ChannelPage } from '../../ports/events.ts'
import type { Log } from '../../ports/log.ts'
import type { Store } from '../../ports/store.ts'
import type { Offsets } from './offsets.ts'
import { findPlace, keyOf, type Place, type ReadablePlace } from './place.ts'
import type { RingBounds } from './ring.ts'
import { createTail, type Tail } from './tail.ts'
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
/** And together they hold about so many characters, besides those that somebody follows. */
const idleCharacters = 67_108_864

interface Entry {
  readonly place: ReadablePlace
  readonly tail: Tail
  readonly unsubscribe: () => void
  readonly isStored: boolean
  holders: number
}

export function createTails(ctx: TailParts): Tails {
  const entries = new Map<string, Entry>()
  /** Those without a store that nobody holds, the one that has been so for longest first. */
  const idle = new Map<string, Entry>()
  /** Whose own news this is, which need not be looked for. */
  let announcing: Tail | null = null
  let callOff: (() => void) | null = null
  /** What the tails without a store hold. */
  let characters = 0

  const create = (place: ReadablePlace): Entry => {
    const isStored = place.channel?.ephemeral !== true
    const tail = createTail({
      ...sourceOf(ctx, place, isStored),
      bounds: boundsOf(place),
      ageMs: place.channel?.history.ageMs ?? null,
      now: () => ctx.clock.now(),
      soon: ctx.soon,
      onFault: (fault) =>
        ctx.log.warn({ err: fault, channel: place.name }, 'a channel is not read'),
    })
    const hear = (): void => {
      if (announcing !== tail) tail.look()
    }
    const unsubscribe = ctx.bus.subscribe(channelTopic(place.tenant, place.name), hear)
    return { place, tail, unsubscribe, isStored, holders: 0 }
  }

  const drop = (key: string, { unsubscribe, isStored, tail }: Entry): void => {
    unsubscribe()
    if (!isStored) characters -= tail.characters
    entries.delete(key)
    idle.delete(key)
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
      idle.delete(key)
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
          idle.set(key, entry)
          makeRoom()
        },
      }
    },
    revise() {
      for (const [key, entry] of entries) {
        const now = findPlace(ctx.catalog, entry.place, entry.place.name)
        if (isSame(entry.place, now)) {
          entry.tail.keepFor(now?.channel?.history.ageMs ?? null)
          continue
        }
        entry.tail.end()
        ctx.offsets.forget(entry.place)
        drop(key, entry)
      }
    },
    announce(place, events) {
      const { tail = null, isStored = true } = entries.get(keyOf(place)) ?? {}
      const before = tail?.characters ?? 0
      tail?.offer(events)
      if (!isStored) characters += (tail?.characters ?? 0) - before
      announcing = tail
      ctx.bus.publish(channelTopic(place.tenant, place.name))
      announcing = null
    },
    [Symbol.dispose]() {
      for (const [key, entry] of entries) drop(key, entry)
    },
  }
}

/** Whether what keeps its events, and for whom, is what it was. */
function isSame({ kind, channel }: ReadablePlace, now: ReadablePlace | null): boolean {
  return (
    now?.kind === kind &&
    now.channel?.ephemeral === channel?.ephemeral &&
    now.channel?.shared === channel?.shared
  )
}

const boundsOf = ({ channel }: ReadablePlace): RingBounds =>
  channel?.ephemeral === true
    ? { events: channel.history.count, characters: ringCharacters }
    : storedBounds

function sourceOf(ctx: TailParts, place: Place, isStored: boolean) {
  const { tenant, name } = place
  const read = async (since: number) =>
    ctx.tell(await ctx.store.events.read(tenant, name, since, pageSize))
  const start = async (): Promise<number> =>
    (isStored ? null : ctx.offsets.last(place)) ??
    (await ctx.store.events.read(tenant, name, Number.MAX_SAFE_INTEGER, 1)).last
  return { read: isStored ? read : null, start }
}
