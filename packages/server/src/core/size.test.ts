import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatSize, parseSize } from './size.ts'

test('what is written is read as the same number of bytes', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 2 ** 39 }), (bytes) => {
      expect(parseSize(formatSize(bytes))).toBe(bytes)
    }),
  )
})

test.each(['', 'mb', '1', '1 mb', '-1mb', '1tb', '1e3kb', '9999999999gb'])(
  '%j is no size',
  (text) => {
    expect(parseSize(text)).toBe(null)
  },
)
