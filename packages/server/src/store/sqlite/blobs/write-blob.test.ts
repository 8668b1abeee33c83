import { mkdir, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { expect, test, vi } from 'vitest'
import { temporaryFolder } from '../../../../../../test/support/folder.ts'
import { writeAll } from './disk.ts'
import { writeBlob } from './write-blob.ts'
import { fileOf } from './place.ts'

vi.mock(import('./disk.ts'), { spy: true })

const id = `blb_${'0'.repeat(26)}`

/** In one buffer that is used again, as the port allows. */
async function* pieces(sizes: readonly number[]): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(Math.max(0, ...sizes))
  for (const [index, size] of sizes.entries()) yield buffer.subarray(0, size).fill(index % 251)
}

test.each([
  ['a line at a time, in few writes', Array.from({ length: 20_000 }, () => 20), 7],
  ['small ones around large ones, in their order', [10, 70_000, 65_536, 10, 65_535, 65_536], 6],
  ['none', [0, 0], 0],
])('writes %s', async (_, sizes, writes) => {
  await using folder = await temporaryFolder('blob')
  await mkdir(dirname(fileOf(folder.path, id)))
  vi.mocked(writeAll).mockClear()
  const { size } = await writeBlob(folder.path, id, pieces(sizes), { maxBytes: 1_000_000 })
  const expected = Buffer.concat(sizes.map((bytes, index) => Buffer.alloc(bytes, index % 251)))
  expect(expected.equals(await readFile(fileOf(folder.path, id)))).toBe(true)
  expect([size, vi.mocked(writeAll).mock.calls.length]).toEqual([expected.byteLength, writes])
})
