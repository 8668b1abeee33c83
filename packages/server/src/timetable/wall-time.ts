import type { Millis } from '../core/time.ts'

/** Making one costs a thousand times as much as using it. */
const formats = new Map<string, Intl.DateTimeFormat>()

/** Whether there is such a zone; offsets such as `+02:00` have no name and no daylight saving. */
export function isTimeZone(name: string): boolean {
  if (/^[+-]/.test(name)) return false
  try {
    formatOf(name)
    return true
  } catch {
    return false
  }
}

/** What the clocks of a zone show, written as a moment in UTC; to the second. */
export function wallTimeOf(at: Millis, timeZone: string): Millis {
  const parts = formatOf(timeZone).formatToParts(at)
  const value = (type: Intl.DateTimeFormatPartTypes): number =>
    Number(parts.find((part) => part.type === type)?.value)
  const date = Date.UTC(value('year'), value('month') - 1, value('day'))
  return date + ((value('hour') * 60 + value('minute')) * 60 + value('second')) * 1_000
}

function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone)
  if (known !== undefined) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(timeZone, format)
  return format
}
