import { describe, expect, it, test } from 'vitest'
import type { Timetable } from '../ports/timetable.ts'
import { createCronTimetables } from './cron-timetables.ts'
import { meanings, zones } from './testing/meanings.ts'
import { momentsOf, readWallYear } from './testing/wall-year.ts'

const timetables = createCronTimetables()

function timetable(cron: string, timeZone = 'UTC'): Timetable {
  const reading = timetables.read(cron, timeZone)
  if (reading.kind === 'wrong') throw new Error(reading.detail)
  return reading.timetable
}

/** The times from a moment on, up to another. */
function timesOf(cron: string, timeZone: string, from: number, until: number): readonly number[] {
  const { next } = timetable(cron, timeZone)
  const times: number[] = []
  for (let at = next(from - 1); at !== null && at <= until; at = next(at)) times.push(at)
  return times
}

const iso = (times: readonly number[]): readonly string[] =>
  times.map((at) => new Date(at).toISOString())

describe.each(zones)('a year in %s, against its wall clock read minute by minute', (zone) => {
  const from = Date.UTC(2026, 11, 30)
  const until = Date.UTC(2028, 0, 2)
  const year = readWallYear(zone, from, until)
  test.each(Object.entries(meanings))('%s', (cron, meaning) => {
    const expected = momentsOf(year, meaning)
    expect(expected.length).toBeGreaterThan(11)
    expect(iso(timesOf(cron, zone, from, until))).toEqual(iso(expected))
  })
})

test.each([
  // The hour after 02:00 is left out on 28 March 2027, and comes twice on 31 October.
  ['30 2 * * *', 'Europe/Berlin', '2027-03-28', ['01:00']],
  ['30 2 * * *', 'Europe/Berlin', '2027-10-31', ['00:30']],
  ['15,45 2 * * *', 'Europe/Berlin', '2027-03-28', ['01:00']],
  ['*/30 2 * * *', 'Europe/Berlin', '2027-03-28', []],
  ['*/30 2 * * *', 'Europe/Berlin', '2027-10-31', ['00:00', '00:30', '01:00', '01:30']],
  // Half an hour after 02:00 is left out on 3 October 2027, and comes twice on 4 April.
  ['15 2 * * *', 'Australia/Lord_Howe', '2027-10-02', ['15:30']],
  ['45 1 * * *', 'Australia/Lord_Howe', '2027-04-03', ['14:45']],
])('%s in %s on %s', (cron, zone, date, expected) => {
  const from = Date.parse(`${date}T00:00:00Z`)
  const times = timesOf(cron, zone, from, from + 86_399_999)
  expect(iso(times)).toEqual(expected.map((time) => `${date}T${time}:00.000Z`))
})

test('seconds may stand first, and the next time is never the present one', () => {
  const { next } = timetable('*/2 * * * * *')
  expect([next(0), next(1), next(1_999), next(2_000)]).toEqual([2_000, 2_000, 2_000, 4_000])
  expect(timetable('5,7 0 3 * * *').next(Date.UTC(2027, 0, 1, 3, 0, 5))).toBe(
    Date.UTC(2027, 0, 1, 3, 0, 7),
  )
  expect(timetable('0 0 29 2 *').next(Date.UTC(2027, 0, 1))).toBe(Date.UTC(2028, 1, 29))
})

describe('what is no time', () => {
  it.each([
    ['', 'UTC', 'cron', /five fields/],
    ['every day', 'UTC', 'cron', /'every day' is not a time.*write five fields/],
    ['* * *', 'UTC', 'cron', /write five fields/],
    ['60 * * * *', 'UTC', 'cron', /minute: 60/],
    ['0 25 * * *', 'UTC', 'cron', /hour: 25/],
    ['0 0 3 * * * 2027', 'UTC', 'cron', /six with the seconds first/],
    ['2027-01-01T00:00:00Z', 'UTC', 'cron', /write five fields/],
    ['@reboot', 'UTC', 'cron', /not supported/],
    ['0 0 31 2 *', 'UTC', 'cron', /never comes/],
    ['0 0 31 4,6 *', 'Europe/Berlin', 'cron', /never comes/],
    ['0 3 * * *', 'Europe/Berln', 'timeZone', /'Europe\/Berln' is not a time zone/],
    ['0 3 * * *', '+02:00', 'timeZone', /is not a time zone/],
    ['0 3 * * *', '', 'timeZone', /is not a time zone/],
  ] as const)('%j in %j', (cron, timeZone, member, detail) => {
    expect(timetables.read(cron, timeZone)).toEqual({
      kind: 'wrong',
      member,
      detail: expect.stringMatching(detail) as string,
    })
  })
})
