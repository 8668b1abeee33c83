import type { Millis } from '../core/time.ts'

/** The times that a cron expression names in a time zone. */
export interface Timetable {
  /** @returns the first one after the moment; null where there is none */
  next(after: Millis): Millis | null
}

/** What becomes of an expression; `detail` says what is wrong and what to write instead. */
export type TimetableReading =
  | { readonly kind: 'timetable'; readonly timetable: Timetable }
  | { readonly kind: 'wrong'; readonly member: 'cron' | 'timeZone'; readonly detail: string }

/** Reads cron expressions. */
export interface Timetables {
  read(cron: string, timeZone: string): TimetableReading
}
