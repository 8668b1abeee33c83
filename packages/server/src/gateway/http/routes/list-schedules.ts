import type { ScheduleDocument, ScheduleListDocument } from '@buzzer/contract'
import { formatTime, type Millis } from '../../../core/time.ts'
import type { StoredSchedule } from '../../../ports/schedules.ts'
import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { takePage } from '../request/page.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** The operations that run by themselves. */
export const listSchedules: Route = {
  method: 'GET',
  path: '/v1/schedules',
  scope: 'operations:manage',
  async handle(ctx, request) {
    const page = takePage(request, await ctx.engine.schedules(), ({ operation }) => operation)
    if (isProblem(page)) return refuse(ctx, request, page)
    const list: ScheduleListDocument = {
      schedules: page.items.map(scheduleDocument),
      next: page.next,
    }
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
