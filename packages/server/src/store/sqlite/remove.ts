import type { Database } from './database.ts'

/** Removes an ended job and its payloads; its events stay, they hold none. */
export function createRemoval(db: Database): (id: string) => void {
  const removals = [
    'DELETE FROM jobs WHERE id = ?',
    'DELETE FROM inputs WHERE job = ?',
    'DELETE FROM results WHERE job = ?',
    'DELETE FROM pieces WHERE job = ?',
    'DELETE FROM failures WHERE job = ?',
  ].map((sql) => db.prepare(sql))
  return (id) => {
    for (const removal of removals) removal.run(id)
  }
}
