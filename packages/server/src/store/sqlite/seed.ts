import type { Random } from '../../ports/random.ts'
import type { Database } from './database.ts'
import type { Seed } from './hash.ts'

/** The store's own numbers for hashing keys; drawn once, because the hashes are on disk. */
export function loadSeed(db: Database, random: Pick<Random, 'bytes'>): Seed {
  const stored = db.prepare('SELECT first, second FROM seed').row()
  if (stored !== undefined) return [stored[0] as number, stored[1] as number]
  const bytes = random.bytes(8)
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const seed: Seed = [view.getUint32(0), view.getUint32(4)]
  db.prepare('INSERT INTO seed (id, first, second) VALUES (1, ?, ?)').run(...seed)
  return seed
}
