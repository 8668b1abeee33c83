import { randomBytes } from 'node:crypto'
import { systemClock, systemRandom } from '../../system.ts'
import { createFileBlobs } from '../file-blobs.ts'

/** A process that writes blobs until it is killed, and tells of each that is safe. */

const [, , folder = ''] = process.argv
const blobs = createFileBlobs({ folder, clock: systemClock, random: systemRandom })
const piece = randomBytes(100_000)

async function* pieces(): AsyncGenerator<Uint8Array, void> {
  for (let count = 0; count < 20; count += 1) yield piece
}

for (;;) process.send?.(await blobs.write(pieces(), { maxBytes: 10_000_000 }))
