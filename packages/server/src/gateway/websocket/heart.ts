import type { Clock } from '../../ports/clock.ts'

/** One timer for all sockets: how often they are looked at, in milliseconds. */
const lookMs = 1_000
/** How often each is pinged; one that leaves two in a row unanswered is gone. */
const pingMs = 15_000
const pingsAtMost = 2
/** A reader that takes nothing for so long is dropped, in milliseconds. */
const stalledMs = 15_000
/** How often it is asked whether its caller may still do what it does. */
const looksPerCheck = 5
/** Control frames of one look; each costs an answer. */
const controlFramesAtMost = 1_000

/** A socket, as far as its life is concerned. */
export interface Living {
  ping(): void
  /** Since when it takes nothing; null while it does. */
  fullSince(): number | null
  /** Whether an answer to a ping could be read. */
  isReading(): boolean
  isAllowed(): boolean
  /** It has to go. */
  end(why: 'too-slow' | 'nothing-heard' | 'credential-ended' | 'too-many-frames'): void
}

export interface Beat {
  /** Something was heard of it. */
  heard(): void
  /** A control frame came, which has to be looked at. */
  controlFrame(): void
}

/** Sees to it that those who are gone or take nothing do not stay. */
export interface Heart {
  add(living: Living): Beat & Disposable
}

export function createHeart(clock: Pick<Clock, 'monotonic' | 'after'>): Heart {
  const all = new Set<Entry>()
  let looks = 0
  let isSet = false

  const look = (): void => {
    isSet = false
    looks += 1
    const now = clock.monotonic()
    const isCheck = looks % looksPerCheck === 0
    for (const entry of all) entry.look(now, isCheck)
    set()
  }

  const set = (): void => {
    if (isSet || all.size === 0) return
    isSet = true
    clock.after(lookMs, look)
  }

  return {
    add(living) {
      const entry = new Entry(living, all, clock.monotonic() + pingMs)
      all.add(entry)
      set()
      return entry
    },
  }
}

/** What is known of one socket. */
class Entry implements Beat, Disposable {
  readonly #living: Living
  readonly #all: Set<Entry>
  #pingAt: number
  #pings = 0
  #controlFrames = 0

  constructor(living: Living, all: Set<Entry>, pingAt: number) {
    this.#living = living
    this.#all = all
    this.#pingAt = pingAt
  }

  look(now: number, isCheck: boolean): void {
    const living = this.#living
    this.#controlFrames = 0
    const since = living.fullSince()
    if (since !== null && now - since >= stalledMs) return living.end('too-slow')
    if (isCheck && !living.isAllowed()) return living.end('credential-ended')
    if (now < this.#pingAt || !living.isReading()) return
    if (this.#pings >= pingsAtMost) return living.end('nothing-heard')
    this.#pingAt = now + pingMs
    this.#pings += 1
    living.ping()
  }

  heard(): void {
    this.#pings = 0
  }

  controlFrame(): void {
    this.#controlFrames += 1
    if (this.#controlFrames === controlFramesAtMost) this.#living.end('too-many-frames')
  }

  [Symbol.dispose](): void {
    this.#all.delete(this)
  }
}
