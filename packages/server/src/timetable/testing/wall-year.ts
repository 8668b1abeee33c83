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
  /** Written as a moment in UTC. */
  readonly shown: number
}

/** What an expression means, said without cron. */
export interface Meaning {
  /** Whether it names what the clock shows. */
  matches(shown: Date): boolean
  /** Its times are those of the wall clock, rather than a rhythm. */
  readonly isWallTime: boolean
}

const minuteMs = 60_000

export function readWallYear(timeZone: string, from: number, until: number): WallYear {
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone,
    dateStyle: 'short',
    timeStyle: 'medium',
  })
  const minutes: WallMinute[] = []
  for (let at = from; at <= until; at += minuteMs) {
    minutes.push({ at, shown: Date.parse(`${format.format(at).replace(' ', 'T')}Z`) })
  }
  return { minutes }
}

/** The moments at which something with this meaning is to run, found by looking at every minute. */
export function momentsOf({ minutes }: WallYear, meaning: Meaning): readonly number[] {
  const moments: number[] = []
  const matches = (shown: number): boolean => meaning.matches(new Date(shown))
  let latest = Number.NEGATIVE_INFINITY
  for (const { at, shown } of minutes) {
    const isRepeated = shown <= latest
    const missing = isRepeated || latest === Number.NEGATIVE_INFINITY ? [] : between(latest, shown)
    const isNamed = matches(shown) && !(meaning.isWallTime && isRepeated)
    if (isNamed || (meaning.isWallTime && missing.some(matches))) moments.push(at)
    latest = Math.max(latest, shown)
  }
  return moments
}

/** The minutes that the clock left out. */
function between(before: number, after: number): readonly number[] {
  const count = Math.max(0, (after - before) / minuteMs - 1)
  return Array.from({ length: count }, (_, index) => before + (index + 1) * minuteMs)
}
