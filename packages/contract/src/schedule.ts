import { Type, type Static } from 'typebox'

const Time = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC with milliseconds' })

/** An operation that runs by itself (PROTOCOL.md, section 2). */
export const ScheduleSchema = Type.Object({
  operation: Type.String(),
  cron: Type.String(),
  timeZone: Type.String(),
  catchUp: Type.Enum(['once', 'skip']),
  overlap: Type.Enum(['allow', 'skip']),
  nextAt: Type.Union([Time, Type.Null()]),
  lastAt: Type.Union([Time, Type.Null()]),
  lastJob: Type.Union([Type.String({ pattern: '^job_' }), Type.Null()]),
})
export type ScheduleDocument = Static<typeof ScheduleSchema>

export const ScheduleListSchema = Type.Object({
  schedules: Type.Array(ScheduleSchema),
  next: Type.Union([Type.String(), Type.Null()]),
})
export type ScheduleListDocument = { schedules: ScheduleDocument[]; next: string | null }
