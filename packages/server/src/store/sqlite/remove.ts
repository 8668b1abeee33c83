import type { Parts } from './parts.ts'

/** Removes an ended job and its payloads, blobs a while later; its events stay, they hold none. */
export function createRemoval({
  db,
  blobRows,
  callbacks,
}: Pick<Parts, 'db' | 'blobRows' | 'callbacks'>): (id: string) => void {
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
    callbacks.letGo(id)
  }
}

/** The same for one that somebody wants gone, wherever its payloads are. */
export function createErasure(
  parts: Pick<Parts, 'db' | 'blobRows' | 'callbacks'>,
): (id: string) => void {
  const remove = createRemoval(parts)
  return (id) => {
    remove(id)
    parts.callbacks.erase(id)
  }
}
