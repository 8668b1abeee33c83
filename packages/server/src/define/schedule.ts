import { catchUps, overlaps, type Schedule } from '../core/schedule.ts'
import type { ScheduleOptions } from './operation.ts'
import type { Reader } from './option-reader.ts'

/**
 * Reads the schedule of an operation, as text or as an object. Whether there are such times and
 * such a zone shows later, where there is a calendar.
 *
 * @param base what holds where nothing is said
 */
export function scheduleOf(
  read: Reader,
  given: string | ScheduleOptions | null | undefined,
  base: Schedule | null,
): Schedule | null {
  if (given === undefined) return base
  if (given === null) return null
  const options: ScheduleOptions = typeof given === 'string' ? { cron: given } : given
  const known = ['cron', 'timeZone', 'catchUp', 'overlap'] as const
  const { cron, timeZone, catchUp, overlap } = read.group('schedule', options, known)
  if (cron === undefined && typeof options === 'object') {
    read.refuse('schedule.cron', "it is missing; write one such as '0 3 * * *'")
  }
  return {
    cron: read.text('schedule.cron', cron)?.trim() ?? '',
    timeZone: read.text('schedule.timeZone', timeZone) ?? 'UTC',
    catchUp: read.choice('schedule.catchUp', catchUp, catchUps) ?? 'once',
    overlap: read.choice('schedule.overlap', overlap, overlaps) ?? 'allow',
  }
}
