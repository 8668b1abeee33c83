import type { Clock } from '../../ports/clock.ts'
import type { Database } from './database.ts'
import { blobInColumn } from './payload-codec.ts'

/** Which job names which blob. Costs nothing to jobs without blobs, nor to stores without any. */
export interface BlobRows {
  /** @param column of an input or a result, as it was stored */
  add(job: string, column: Uint8Array | string): void
  /** Nothing of the jobs from the one to the other is there any more. */
  trash(first: string, last: string): void
}

export function createBlobRows(db: Database, clock: Pick<Clock, 'now'>): BlobRows {
  const insert = db.prepare('INSERT OR IGNORE INTO blobs (id, job, bytes) VALUES (?, ?, ?)')
  const throwAway = db.prepare(
    'INSERT OR IGNORE INTO blob_trash (id, at) SELECT id, ? FROM blobs WHERE job BETWEEN ? AND ?',
  )
  const remove = db.prepare('DELETE FROM blobs WHERE job BETWEEN ? AND ?')
  let hasAny = db.prepare('SELECT 1 FROM blobs LIMIT 1').row() !== undefined
  return {
    add(job, column) {
      if (typeof column !== 'string') return
      const [id, bytes] = blobInColumn(column)
      insert.run(id, job, bytes)
      hasAny = true
    },
    trash(first, last) {
      if (!hasAny || throwAway.run(clock.now(), first, last) === 0) return
      remove.run(first, last)
    },
  }
}
