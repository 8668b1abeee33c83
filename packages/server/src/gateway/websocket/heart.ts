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

interface Entry {
  pingAt: number
  pings: number
  controlFrames: number
}

export function createHeart(clock: Pick<Clock, 'monotonic' | 'after'>): Heart {
  const all = new Map<Living, Entry>()
  let looks = 0
  let isSet = false

  const lookAt = (living: Living, entry: Entry, now: number): void => {
    entry.controlFrames = 0
    const since = living.fullSince()
    if (since !== null && now - since >= stalledMs) return living.end('too-slow')
    if (looks % looksPerCheck === 0 && !living.isAllowed()) return living.end('credential-ended')
    if (now < entry.pingAt || !living.isReading()) return
    if (entry.pings >= pingsAtMost) return living.end('nothing-heard')
    entry.pingAt = now + pingMs
    entry.pings += 1
    living.ping()
  }

  const look = (): void => {
    isSet = false
    looks += 1
    const now = clock.monotonic()
    for (const [living, entry] of all) lookAt(living, entry, now)
    set()
  }

  const set = (): void => {
    if (isSet || all.size === 0) return
    isSet = true
    clock.after(lookMs, look)
  }

  return {
    add(living) {
      const entry: Entry = { pingAt: clock.monotonic() + pingMs, pings: 0, controlFrames: 0 }
      all.set(living, entry)
      set()
      return {
        heard() {
          entry.pings = 0
        },
        controlFrame() {
          entry.controlFrames += 1
          if (entry.controlFrames === controlFramesAtMost) living.end('too-many-frames')
        },
        [Symbol.dispose]: () => void all.delete(living),
      }
    },
  }
}
