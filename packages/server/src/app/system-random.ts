import { randomFillSync } from 'node:crypto'
import { createPagedBytes } from '../core/paged-bytes.ts'
import type { Random } from '../ports/random.ts'

/** The machine's own chance. */
export const systemRandom: Random = {
  fraction: () => Math.random(),
  bytes: createPagedBytes((page) => randomFillSync(page)),
}
