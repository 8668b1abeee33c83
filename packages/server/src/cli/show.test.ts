import { describe, expect, test } from 'vitest'
import { showCount } from './show-count.ts'
import { showSize } from './show-size.ts'
import { renderWork } from './work-line.ts'

test.each([
  [0, 'no jobs'],
  [1, '1 job'],
  [2_000, '2,000 jobs'],
])('%i is %s', (count, shown) => {
  expect(showCount(count, 'job')).toBe(shown)
})

test.each([
  [0, '0 B'],
  [999, '999 B'],
  [1_000, '1.0 kB'],
  [9_960, '10 kB'],
  [999_499, '999 kB'],
  [999_500, '1.0 MB'],
  [1_536_000_000, '1.5 GB'],
  [5e15, '5000 TB'],
])('%i bytes are %s', (bytes, shown) => {
  expect(showSize(bytes)).toBe(shown)
})

describe('long work shows', () => {
  const stream = Object.assign(process.stdout, {})
  test.each([
    [{ what: 'checking', count: '', share: null, spentMs: 9_000 }, 'checking'],
    [{ what: 'copying', count: '1 of 4 MB', share: 0.25, spentMs: 500 }, 'copying  25%  1 of 4 MB'],
    [
      { what: 'copying', count: '1 of 4 MB', share: 0.25, spentMs: 2_000 },
      'copying  25%  1 of 4 MB  about 6.0 s left',
    ],
    [{ what: 'copying', count: '', share: 1, spentMs: 2_000 }, 'copying  100%'],
  ])('%j', (work, shown) => {
    expect(renderWork(stream, work)).toBe(shown)
  })
})
