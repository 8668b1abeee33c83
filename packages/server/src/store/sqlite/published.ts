import { sharedTenant, type ChannelHistory } from '../../core/channel.ts'
import type { Millis } from '../../core/time.ts'
import type { EventPlace, NewEvent } from '../../ports/events.ts'
import type { Database } from './database.ts'
import type { FanOutLog } from './deliveries/fan-out-log.ts'
import { hashOf, type Seed } from './hash.ts'
import { createLastOfNamesakes } from './namesakes.ts'
import type { Follower } from './tally.ts'

/** Channels that are published to, with what is in memory of them. */
export interface PublishedLog extends Follower {
  /** @returns null where there are too many channels to begin another one */
  open(tenant: string, name: string): PublishedChannel | null
  append(channel: PublishedChannel, event: NewEvent): EventPlace
  /** @returns the first of the offsets that are taken */
  reserve(channel: PublishedChannel, count: number): number
  keep(channel: PublishedChannel, history: ChannelHistory, now: Millis): void
  /** The retention removed this channel. */
  forget(id: number): void
  /** Writes where the channels are now, for whoever looks before the commit. */
  place(): void
  /** Before the commit: the same, and lets go of what is too much. */
  flush(): void
}

export interface PublishedChannel {
  readonly id: number
  readonly tenant: string
  readonly name: string
  /** The last offset that was given out. */
  last: number
  /** The last offset that is gone. */
  trimmedTo: number
  keepCount: number
  keepMs: number | null
  writtenAt: Millis
  /** In which it was written to last; null before that. */
  epoch: Epoch | null
}

/** For as long as a name is written to as that of one channel of all tenants, or as one of each. */
interface Epoch {
  readonly isShared: boolean
  /** The last offset that was given out before: those of the epoch are above it. */
  readonly from: number
  /** The last one in it. */
  last: number
}

/** More than anybody needs, and few enough that a flood of names ends before the disk does. */
const channelsAtMost = 1_000_000
/** Channels that are in memory; any other is one look away. */
const openAtMost = 10_000
/** A step removes no more than this and what came with it, so that no commit takes long. */
const trimAtMost = 1_000

/** @param hash stands in for the real one, so that collisions can be tried */
export function createPublishedLog(
  db: Database,
  seed: Seed,
  fanOutLog: Pick<FanOutLog, 'note' | 'releasedTo'>,
  hash: (text: string, seed: Seed) => number = hashOf,
): PublishedLog {
  const count = db.prepare(
    'SELECT count(*) FROM channels INDEXED BY channels_published WHERE published = 1',
  )
  const find = db.prepare(
    'SELECT id, last, trimmed_to, keep_ms, written_at FROM channels WHERE tenant = ? AND name = ?',
  )
  const create = db.prepare(
    'INSERT INTO channels (tenant, name, last, published) VALUES (?, ?, 0, 1) RETURNING id',
  )
  const insert = db.prepare(
    'INSERT INTO published (channel, offset, at, id_hash, event) VALUES (?, ?, ?, ?, ?)',
  )
  const findSame = db.prepare(
    `SELECT offset, event FROM published INDEXED BY published_ids
     WHERE channel = ? AND id_hash = ? AND id_hash IS NOT NULL`,
  )
  const move = db.prepare(
    'UPDATE channels SET last = ?, trimmed_to = ?, keep_ms = ?, written_at = ? WHERE id = ?',
  )
  const readOldest = db.prepare('SELECT min(offset) FROM published WHERE channel = ?')
  const trim = db.prepare('DELETE FROM published WHERE channel = ? AND offset <= ?')
  const lastOfNamesakes = createLastOfNamesakes(db)
  /** As they are, the present transaction included. */
  const known = new Map<string, PublishedChannel>()
  /** By the names of those. */
  const epochs = new Map<string, Epoch>()
  const written = new Set<PublishedChannel>()
  /** The first offset of each that the present transaction appended to. */
  const appended = new Map<PublishedChannel, number>()
  /** How to take each step of the present transaction back. */
  const steps: (() => void)[] = []
  let channels = count.row()?.[0] as number

  const begin = (tenant: string, name: string, key: string): PublishedChannel | null => {
    if (channels >= channelsAtMost) return null
    const id = create.row(tenant, name)?.[0] as number
    channels += 1
    steps.push(() => {
      channels -= 1
      known.delete(key)
    })
    const kept = { trimmedTo: 0, keepCount: 0, keepMs: null, writtenAt: 0 }
    return { id, tenant, name, last: 0, ...kept, epoch: null }
  }

  const lookUp = (tenant: string, name: string, key: string): PublishedChannel | null => {
    const row = find.row(tenant, name)
    if (row === undefined) return begin(tenant, name, key)
    const [id, last, trimmedTo, keepMs, writtenAt] = row as readonly number[]
    return {
      id: id ?? 0,
      tenant,
      name,
      last: last ?? 0,
      trimmedTo: trimmedTo ?? 0,
      keepCount: 0,
      keepMs: keepMs ?? null,
      writtenAt: writtenAt ?? 0,
      epoch: null,
    }
  }

  const advance = (channel: PublishedChannel, by: number): void => {
    channel.last += by
    written.add(channel)
    steps.push(() => void (channel.last -= by))
    noteLast(channel)
  }

  const noteLast = ({ epoch, last }: PublishedChannel): void => {
    if (epoch === null || epoch.last >= last) return
    const before = epoch.last
    epoch.last = last
    steps.push(() => void (epoch.last = before))
  }

  /** What the present transaction has written is not in its rows yet, but in the epoch before. */
  const epochOf = ({ tenant, name }: PublishedChannel): Epoch => {
    const isShared = tenant === sharedTenant
    const before = epochs.get(name)
    if (before?.isShared === isShared) return before
    const from = Math.max(before?.last ?? 0, lastOfNamesakes(tenant, name))
    const next = { isShared, from, last: from }
    epochs.set(name, next)
    steps.push(() => void (before === undefined ? epochs.delete(name) : epochs.set(name, before)))
    return next
  }

  /** Once in each epoch, so that it costs those nothing that are what they were. */
  const goOn = (channel: PublishedChannel): void => {
    const { epoch: before } = channel
    const epoch = epochOf(channel)
    if (epoch === before) return
    channel.epoch = epoch
    steps.push(() => void (channel.epoch = before))
    if (epoch.from > channel.last) advance(channel, epoch.from - channel.last)
  }

  /** Only what both of them are decides: hashes may collide. */
  const same = (channel: number, value: number, event: NewEvent): number | null => {
    const given = identityOf(event.text)
    const found = findSame
      .rows(channel, value)
      .find(([, text]) => identityOf(text as string) === given)
    return found === undefined ? null : (found[0] as number)
  }

  /** Up to where a step removes; it goes at once past offsets that nothing was stored under. */
  const stepEnd = ({ id, last, keepCount, trimmedTo }: PublishedChannel): number => {
    const end = last - keepCount
    if (end <= trimmedTo + trimAtMost) return end
    const oldest = Number(readOldest.row(id)?.[0] ?? last)
    return Math.min(end, Math.max(trimmedTo, oldest - 1) + trimAtMost)
  }

  const trimmed = (channel: PublishedChannel): void => {
    const upTo = stepEnd(channel)
    if (channel.keepCount === 0 || upTo <= channel.trimmedTo) return
    const released = fanOutLog.releasedTo(channel.id, channel.last - channel.keepCount)
    const to = Math.min(upTo, released)
    if (to <= channel.trimmedTo) return
    trim.run(channel.id, to)
    channel.trimmedTo = to
  }

  const forgetKnown = (): void => {
    known.clear()
    epochs.clear()
  }

  const clear = (): void => {
    forgetKnown()
    written.clear()
    appended.clear()
  }

  const noteAppended = (channel: PublishedChannel): void => {
    if (appended.has(channel)) return
    appended.set(channel, channel.last)
    steps.push(() => void appended.delete(channel))
  }

  const place = ({ last, trimmedTo, keepMs, writtenAt, id }: PublishedChannel): void => {
    move.run(last, trimmedTo, keepMs, writtenAt, id)
  }

  return {
    open(tenant, name) {
      const key = `${tenant}\n${name}`
      const channel = known.get(key) ?? lookUp(tenant, name, key)
      if (channel === null) return null
      known.set(key, channel)
      goOn(channel)
      return channel
    },
    append(channel, event) {
      const value = event.source === null ? null : hash(`${event.id}\n${event.source}`, seed)
      const offset = value === null ? null : same(channel.id, value, event)
      if (offset !== null) return { offset, isNew: false }
      advance(channel, 1)
      noteAppended(channel)
      insert.run(channel.id, channel.last, event.at, value, event.text)
      return { offset: channel.last, isNew: true }
    },
    reserve(channel, many) {
      advance(channel, many)
      return channel.last - many + 1
    },
    keep(channel, { count: keepCount, ageMs }, now) {
      Object.assign(channel, { keepCount, keepMs: ageMs, writtenAt: now })
    },
    forget(id) {
      channels -= 1
      steps.push(() => void (channels += 1))
      for (const [key, channel] of known) if (channel.id === id) known.delete(key)
    },
    place() {
      for (const channel of written) place(channel)
    },
    flush() {
      // Before any of them is trimmed, because what is to be fanned out is waited for.
      for (const [channel, first] of appended) fanOutLog.note(channel, first, channel.last)
      for (const channel of written) {
        trimmed(channel)
        place(channel)
      }
    },
    mark: () => steps.length,
    undo(mark) {
      for (const step of steps.splice(mark).toReversed()) step()
      // What was trimmed is there again; looking it up anew is the simplest way to be right.
      if (mark === 0) clear()
    },
    commit() {
      steps.length = 0
      written.clear()
      appended.clear()
      if (known.size > openAtMost) forgetKnown()
    },
  }
}

/** What stands first in each text: the attributes by which an event is told apart. */
const identityOf = (text: string): string => text.slice(0, text.indexOf(',"type":'))
