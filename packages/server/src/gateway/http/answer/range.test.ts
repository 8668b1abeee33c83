import { expect, it } from 'vitest'
import { isSame, parseRange } from './range.ts'

const thousand = 1_000

/** RFC 9110, section 14.1.2 and 14.2; of 1,000 bytes. */
it.each([
  ['bytes=0-499', { start: 0, end: 500 }],
  ['bytes=500-999', { start: 500, end: 1_000 }],
  ['bytes=500-5000', { start: 500, end: 1_000 }],
  ['bytes=-500', { start: 500, end: 1_000 }],
  ['bytes=-5000', { start: 0, end: 1_000 }],
  ['bytes=999-', { start: 999, end: 1_000 }],
  ['bytes=0-0', { start: 0, end: 1 }],
  ['bytes=-1', { start: 999, end: 1_000 }],
  ['BYTES = 7-8', { start: 7, end: 9 }],
  ['bytes=1000-', 'unsatisfiable'],
  ['bytes=1000-2000', 'unsatisfiable'],
  ['bytes=-0', 'unsatisfiable'],
  ['bytes=99999999999999999999-', 'unsatisfiable'],
  ['bytes=5-2', 'whole'],
  ['bytes=0-1,5-6', 'whole'],
  ['bytes=-', 'whole'],
  ['bytes=', 'whole'],
  ['bytes=a-b', 'whole'],
  ['bytes=0--1', 'whole'],
  ['lines=0-1', 'whole'],
  ['', 'whole'],
  [undefined, 'whole'],
])('reads %s', (header, expected) => {
  expect(parseRange(header, thousand)).toEqual(expected)
})

it.each(['bytes=0-', 'bytes=-1', 'bytes=0-0'])('finds no bytes in nothing for %s', (header) => {
  expect(parseRange(header, 0)).toBe('unsatisfiable')
})

it('takes up where a strong tag proves that it is the same', () => {
  expect(isSame(undefined, '"a"')).toBe(true)
  expect(isSame('"a"', '"a"')).toBe(true)
  expect(isSame('"b"', '"a"')).toBe(false)
  expect(isSame('W/"a"', 'W/"a"')).toBe(false)
  expect(isSame('Wed, 21 Oct 2026 07:28:00 GMT', '"a"')).toBe(false)
})
