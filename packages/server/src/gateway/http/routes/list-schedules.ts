import type { ScheduleDocument, ScheduleListDocument } from '@buzzer/contract'
import { formatTime, type Millis } from '../../../core/time.ts'
import type { StoredSchedule } from '../../../ports/schedules.ts'
import { json } from '../answer/answer.ts'
import type { Route } from '../route.ts'

/** The operations that run by themselves; there are few, so that one page holds them all. */
export const listSchedules: Route = {
  method: 'GET',
  path: '/v1/schedules',
  scope: 'operations:manage',
  async handle(ctx) {
    const schedules = (await ctx.engine.schedules()).map(scheduleDocument)
    const list: ScheduleListDocument = { schedules, next: null }
    return json(200, list, { 'cache-control': 'no-store' })
  },
}

const scheduleDocument = (schedule: StoredSchedule): ScheduleDocument => ({
  operation: schedule.operation,
  cron: schedule.cron,
  timeZone: schedule.timeZone,
  catchUp: schedule.catchUp,
  overlap: schedule.overlap,
  nextAt: timeOrNull(schedule.nextAt),
  lastAt: timeOrNull(schedule.lastAt),
  lastJob: schedule.lastJob,
})

const timeOrNull = (at: Millis | null): string | null => (at === null ? null : formatTime(at))
