import type { Database } from './database.ts'
import type { Follower } from './tally.ts'

/** How many dead letters each operation has, kept so that nobody has to count them. */
export interface DeadTally extends Follower {
  /** @param change 1 for one more, -1 for one less */
  add(operation: string, change: 1 | -1): void
  count(operation: string): number
  all(): ReadonlyMap<string, number>
}

export function createDeadTally(db: Database): DeadTally {
  const counts = new Map<string, number>()
  const changes: { readonly operation: string; readonly change: number }[] = []
  const set = (operation: string, change: number): void => {
    const count = (counts.get(operation) ?? 0) + change
    if (count === 0) counts.delete(operation)
    else counts.set(operation, count)
  }
  for (const [operation, count] of db
    .prepare(
      `SELECT operation, count(*) FROM jobs INDEXED BY jobs_dead_group
       WHERE dead_letter = 1 GROUP BY operation`,
    )
    .rows()) {
    set(operation as string, count as number)
  }
  return {
    add(operation, change) {
      set(operation, change)
      changes.push({ operation, change })
    },
    count: (operation) => counts.get(operation) ?? 0,
    all: () => counts,
    mark: () => changes.length,
    undo(mark) {
      for (const { operation, change } of changes.splice(mark)) set(operation, -change)
    },
    commit() {
      changes.length = 0
    },
  }
}
