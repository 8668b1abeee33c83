import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createPagedBytes } from './paged-bytes.ts'

const isInOrder = (bytes: Uint8Array): boolean =>
  bytes.every((byte, at) => at === 0 || byte === ((bytes[at - 1] ?? 0) + 1) % 251)

it('gives each byte once, and never takes back what it gave', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(6_000), { maxLength: 20 }), (counts) => {
      let next = 0
      // Numbered, so that a byte that is given twice shows.
      const numbered = (page: Uint8Array): void => {
        for (let at = 0; at < page.length; at += 1) page[at] = next++ % 251
      }
      const bytes = createPagedBytes(numbered)
      const given = counts.map((count) => bytes(count))
      expect(given.every(isInOrder)).toBe(true)
      const seen = given.map((each) => each.join())
      expect(given.map(({ length }) => length)).toEqual(counts)
      bytes(4_096)
      expect(given.map((each) => each.join())).toEqual(seen)
    }),
  )
})
