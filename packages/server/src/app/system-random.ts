import { randomFillSync } from 'node:crypto'
import type { Random } from '../ports/random.ts'

const poolBytes = 4_096

/** The machine's own chance. Asking it costs as much for a page as for ten bytes. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: createPooledBytes(),
}

function createPooledBytes(): Random['bytes'] {
  const pool = Buffer.alloc(poolBytes)
  let used = poolBytes
  return (count) => {
    if (count > poolBytes) return randomFillSync(new Uint8Array(count))
    if (used + count > poolBytes) {
      randomFillSync(pool)
      used = 0
    }
    used += count
    // A copy, so that nobody holds what is filled anew.
    return Uint8Array.prototype.slice.call(pool, used - count, used)
  }
}
