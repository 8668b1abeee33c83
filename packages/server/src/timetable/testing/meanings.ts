import type { Meaning } from './wall-year.ts'

const wallTime = (matches: Meaning['matches']): Meaning => ({ matches, isWallTime: true })
const rhythm = (matches: Meaning['matches']): Meaning => ({ matches, isWallTime: false })
const minute = (time: Date): number => time.getUTCMinutes()
const hour = (time: Date): number => time.getUTCHours()
const isAt = (time: Date, hours: number, minutes: number): boolean =>
  hour(time) === hours && minute(time) === minutes

/** Expressions beside what they mean. */
export const meanings: Readonly<Record<string, Meaning>> = {
  '0 3 * * *': wallTime((time) => isAt(time, 3, 0)),
  '30 2 * * *': wallTime((time) => isAt(time, 2, 30)),
  '15 2,14 * * *': wallTime((time) => isAt(time, 2, 15) || isAt(time, 14, 15)),
  '45 1 * * *': wallTime((time) => isAt(time, 1, 45)),
  '0,30 1-3 * * 0': wallTime(
    (time) =>
      time.getUTCDay() === 0 && hour(time) >= 1 && hour(time) <= 3 && minute(time) % 30 === 0,
  ),
  '0 0 1 * *': wallTime((time) => time.getUTCDate() === 1 && isAt(time, 0, 0)),
  '0 0 9 * * MON-FRI': wallTime(
    (time) => time.getUTCDay() >= 1 && time.getUTCDay() <= 5 && isAt(time, 9, 0),
  ),
  '@weekly': wallTime((time) => time.getUTCDay() === 0 && isAt(time, 0, 0)),
  '10 * * * *': rhythm((time) => minute(time) === 10),
  '*/20 * * * *': rhythm((time) => minute(time) % 20 === 0),
  '*/15 2 * * *': rhythm((time) => hour(time) === 2 && minute(time) % 15 === 0),
}

export const zones = [
  'UTC',
  'Europe/Berlin',
  'America/New_York',
  'Australia/Lord_Howe',
  'Asia/Kolkata',
] as const
