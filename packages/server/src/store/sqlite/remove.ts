import type { Parts } from './parts.ts'

/**
 * Removes ended jobs and their payloads, blobs a while later; their events stay, they hold none.
 *
 * @param first the first of them
 * @param last the last of them, where they are several: whatever stands between the two goes too
 */
type Removal = (first: string, last?: string) => void

export function createRemoval({
  db,
  blobRows,
  callbacks,
}: Pick<Parts, 'db' | 'blobRows' | 'callbacks'>): Removal {
  const removals = [
    'DELETE FROM jobs WHERE id BETWEEN ? AND ?',
    'DELETE FROM inputs WHERE job BETWEEN ? AND ?',
    'DELETE FROM results WHERE job BETWEEN ? AND ?',
    'DELETE FROM pieces WHERE job BETWEEN ? AND ?',
    'DELETE FROM failures WHERE job BETWEEN ? AND ?',
  ].map((sql) => db.prepare(sql))
  return (first, last = first) => {
    for (const removal of removals) removal.run(first, last)
    blobRows.trash(first, last)
    callbacks.letGo(first, last)
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
