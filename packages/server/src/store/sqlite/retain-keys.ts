import type { Millis } from '../../core/time.ts'
import type { Database } from './database.ts'

/**
 * Removes idempotency keys whose time is over. Windows differ between operations, so it walks
 * along the rows in turns rather than along an index that every submission would have to pay for;
 * then it walks along the tree of hashes and takes out what points to nothing any more.
 *
 * @returns a function that removes at most `limit` keys and says how many
 */
export function createKeyRetention(db: Database): (now: Millis, limit: number) => number {
  const readPage = db.prepare(
    'SELECT entry, expires_at FROM keys WHERE entry > ? ORDER BY entry LIMIT ?',
  )
  const removeKey = db.prepare('DELETE FROM keys WHERE entry = ?')
  const readHashes = db.prepare(
    'SELECT hash, entry FROM key_index WHERE hash > ? ORDER BY hash, entry LIMIT ?',
  )
  const exists = db.prepare('SELECT 1 FROM keys WHERE entry = ?')
  const removeHash = db.prepare('DELETE FROM key_index WHERE hash = ? AND entry = ?')
  let after = 0
  let afterHash = -1

  const sweepHashes = (limit: number): void => {
    const rows = readHashes.rows(afterHash, limit)
    for (const row of rows) {
      const [hash, entry] = row as unknown as readonly [number, number]
      if (exists.row(entry) === undefined) removeHash.run(hash, entry)
      afterHash = hash
    }
    if (rows.length < limit) afterHash = -1
  }

  return (now, limit) => {
    const rows = readPage.rows(after, limit)
    let removed = 0
    for (const row of rows) {
      const [entry, expiresAt] = row as unknown as readonly [number, number]
      if (expiresAt <= now) removed += removeKey.run(entry)
      after = entry
    }
    if (rows.length < limit) after = 0
    sweepHashes(limit)
    return removed
  }
}
