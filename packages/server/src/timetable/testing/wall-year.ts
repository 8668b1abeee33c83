/**
 * A year of a zone's wall clock, read off minute by minute; it knows nothing of cron, of offsets or
 * of when clocks are changed.
 */
export interface WallYear {
  /** Every minute: the moment, and what the clock shows then. */
  readonly minutes: readonly WallMinute[]
}

export interface WallMinute {
  readonly at: number
  /** Written as a moment in UTC, as are those below. */
  readonly shown: Date
  /** The clock has shown as much before. */
  readonly isRepeated: boolean
  /** What the clock left out right before. */
  readonly missing: readonly Date[]
}

/** What an expression means, said without cron. */
export interface Meaning {
  /** Whether it names what the clock shows. */
  readonly matches: (shown: Date) => boolean
  /** Its times are those of the wall clock, rather than a rhythm. */
  readonly isWallTime: boolean
}

const minuteMs = 60_000

export function readWallYear(timeZone: string, from: number, until: number): WallYear {
  const minutes: WallMinute[] = []
  let latest = Number.NEGATIVE_INFINITY
  inZone(timeZone, () => {
    for (let at = from; at <= until; at += minuteMs) {
      const shown = shownAt(at)
      const missing = shown > latest + minuteMs && at > from ? between(latest, shown) : none
      minutes.push({ at, shown: new Date(shown), isRepeated: shown <= latest, missing })
      latest = Math.max(latest, shown)
    }
  })
  return { minutes }
}

/** Asking the process's own clock takes a tenth of what asking `Intl` for another zone's does. */
function inZone(timeZone: string, run: () => void): void {
  const own = process.env['TZ']
  process.env['TZ'] = timeZone
  run()
  if (own === undefined) delete process.env['TZ']
  else process.env['TZ'] = own
}

function shownAt(at: number): number {
  const time = new Date(at)
  const day = [time.getFullYear(), time.getMonth(), time.getDate()] as const
  return Date.UTC(...day, time.getHours(), time.getMinutes(), time.getSeconds())
}

/** The moments at which something with this meaning is to run, found by looking at every minute. */
export function momentsOf({ minutes }: WallYear, meaning: Meaning): readonly number[] {
  const { matches, isWallTime } = meaning
  const isTime = ({ shown, isRepeated, missing }: WallMinute): boolean =>
    isWallTime ? (!isRepeated && matches(shown)) || missing.some(matches) : matches(shown)
  return minutes.filter(isTime).map(({ at }) => at)
}

// Nearly all minutes share it, and there are half a million of them.
const none: readonly Date[] = []

/** The minutes that the clock left out. */
function between(before: number, after: number): readonly Date[] {
  const count = (after - before) / minuteMs - 1
  return Array.from({ length: count }, (_, index) => new Date(before + (index + 1) * minuteMs))
}
