import { Cron } from 'croner'
import type { NextTime } from '../core/schedule.ts'
import type { TimetableReading, Timetables } from '../ports/timetable.ts'
import { isTimeZone, wallTimeOf } from './wall-time.ts'

/** A moment after which every expression that ever comes true does so within a few years. */
const probeAt = Date.UTC(2024, 0, 1)

/**
 * Reads cron expressions with croner. What the clocks' changes mean is as in Vixie's cron: an
 * expression that names its seconds, minutes and hours one by one names times of the wall clock,
 * so that one that the clock leaves out runs right after the gap, and one that it shows twice runs
 * at the first. Any other, with `*` or `/` in one of them, names a rhythm: it goes on through the
 * hour that comes twice, and leaves out what does not exist.
 */
export function createCronTimetables(): Timetables {
  const known = new Map<string, TimetableReading>()
  return {
    read(cron, timeZone) {
      const name = `${timeZone} ${cron}`
      const reading = known.get(name) ?? read(cron, timeZone)
      // Definitions may change at run time, but nobody has more than so many of them at once.
      if (known.size >= rememberedAtMost) known.clear()
      known.set(name, reading)
      return reading
    },
  }
}

const rememberedAtMost = 10_000

function read(cron: string, timeZone: string): TimetableReading {
  if (!isTimeZone(timeZone)) return wrong('timeZone', notAZone(timeZone))
  const pattern = parse(cron, timeZone)
  if (pattern.kind === 'wrong') return wrong('cron', `'${cron}' is not a time: ${pattern.reason}`)
  const next = namesWallTimes(pattern.cron.getPattern() ?? cron)
    ? nextWallTime(cron, timeZone)
    : nextBy(pattern.cron)
  return next(probeAt) === null
    ? wrong('cron', `'${cron}' never comes: no such day exists; write one such as '0 3 * * *'`)
    : { kind: 'timetable', timetable: { next } }
}

const wrong = (member: 'cron' | 'timeZone', detail: string): TimetableReading => ({
  kind: 'wrong',
  member,
  detail,
})

const notAZone = (timeZone: string): string =>
  `'${timeZone}' is not a time zone; write its name, such as 'Europe/Berlin' or 'UTC'`

type Parsed =
  | { readonly kind: 'parsed'; readonly cron: Cron }
  | { readonly kind: 'wrong'; readonly reason: string }

function parse(cron: string, timeZone: string): Parsed {
  try {
    const parsed = new Cron(cron, { timezone: timeZone, mode: '5-or-6-parts', paused: true })
    // A date is taken too, for a job that runs once; that is what `Buzzer-Run-At` is for.
    if (parsed.getPattern() === undefined) return { kind: 'wrong', reason: howToWrite }
    return { kind: 'parsed', cron: parsed }
  } catch (error) {
    const said = error instanceof Error ? error.message.replace(/^Cron\w+: /, '') : ''
    return { kind: 'wrong', reason: `${said.replace(/\.$/, '')}; ${howToWrite}` }
  }
}

const howToWrite =
  "write five fields such as '0 3 * * *' (minute, hour, day, month, weekday), or six with the " +
  'seconds first'

const nextBy =
  (cron: Cron): NextTime =>
  (after) =>
    cron.nextRun(new Date(after))?.getTime() ?? null

/** Neither a wildcard nor a step in seconds, minutes and hours. */
function namesWallTimes(pattern: string): boolean {
  const fields = pattern.trim().split(/\s+/)
  return !fields.slice(0, fields.length - 3).some((field) => /[*?/]/.test(field))
}

/**
 * Walks along the wall clock, as if it never changed, and looks up when it shows each time; croner
 * itself does so only for expressions with a single time a day.
 */
function nextWallTime(cron: string, timeZone: string): NextTime {
  // A wall clock that never changes is UTC.
  const nextShown = nextBy(new Cron(cron, { timezone: 'UTC', mode: '5-or-6-parts', paused: true }))
  return (after) => {
    let shown = nextShown(wallTimeOf(after, timeZone))
    while (shown !== null) {
      const at = momentOf(shown, timeZone)
      // What the clock shows a second time has run at the first.
      if (at !== null && at > after) return at
      shown = nextShown(shown)
    }
    return null
  }
}

/**
 * When a wall clock shows a time: at first where it does so twice, right after the gap where it
 * leaves it out, and null where it leaves out the whole day.
 *
 * @param shown written as a moment in UTC
 */
function momentOf(shown: number, timeZone: string): number | null {
  const time = new Date(shown)
  const fields = [
    time.getUTCSeconds(),
    time.getUTCMinutes(),
    time.getUTCHours(),
    time.getUTCDate(),
    time.getUTCMonth() + 1,
    '*',
    time.getUTCFullYear(),
  ]
  const once = new Cron(fields.join(' '), { timezone: timeZone, mode: '7-part', paused: true })
  // Wall clocks are at most 14 hours away from UTC.
  return nextBy(once)(shown - 86_400_000)
}
