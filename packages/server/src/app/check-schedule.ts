import { ConfigError } from '../define/errors.ts'
import { whyNotScheduled } from '../engine/scheduled-call.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Timetables } from '../ports/timetable.ts'

/**
 * @param path where the operation stands in the configuration
 * @throws ConfigError where it is to run by itself and cannot
 */
export function checkSchedule(operation: Operation, path: string, timetables: Timetables): void {
  const issue = whyNotScheduled(operation, timetables)
  if (issue === null) return
  const place = issue.member === null ? 'schedule' : `schedule.${issue.member}`
  throw new ConfigError([{ path: `${path}.${place}`, detail: issue.detail }])
}
