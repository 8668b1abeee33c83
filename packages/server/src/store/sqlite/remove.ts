import type { Parts } from './parts.ts'

/** Removes an ended job and its payloads, blobs a while later; its events stay, they hold none. */
export function createRemoval({
  db,
  blobRows,
}: Pick<Parts, 'db' | 'blobRows'>): (id: string) => void {
  const removals = [
    'DELETE FROM jobs WHERE id = ?',
    'DELETE FROM inputs WHERE job = ?',
    'DELETE FROM results WHERE job = ?',
    'DELETE FROM pieces WHERE job = ?',
    'DELETE FROM failures WHERE job = ?',
  ].map((sql) => db.prepare(sql))
  return (id) => {
    for (const removal of removals) removal.run(id)
    blobRows.trash(id)
  }
}
