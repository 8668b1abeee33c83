import type { Database } from './database.ts'
import { isEnded, stage, type Stage } from './stage.ts'

/** How many jobs of an operation stand in each stage; those that ended are not counted. */
type Counts = number[]

/** State in memory that follows the database: it can go back as a transaction does. */
export interface Follower {
  mark(): number
  /** Takes back what was done since the mark. */
  undo(mark: number): void
  /** What was done is on disk. */
  commit(): void
}

/** Keeps the counts that gates and depths ask for, so that neither costs a query. */
export interface Tally extends Follower {
  /** Null stands for "not among those counted": before it was accepted, after it ended. */
  move(operation: string, from: Stage | null, to: Stage | null): void
  count(operation: string, at: Stage): number
  /** Operations with a job in the ready stage. */
  readonly withReady: ReadonlySet<string>
  all(): ReadonlyMap<string, Counts>
}

const stageCount = stage.input + 1

export function createTally(db: Database): Tally {
  const byOperation = new Map<string, Counts>()
  const withReady = new Set<string>()
  const moves: { operation: string; from: Stage | null; to: Stage | null }[] = []

  const countsOf = (operation: string): Counts => {
    const known = byOperation.get(operation)
    if (known !== undefined) return known
    const counts: Counts = Array.from({ length: stageCount }, () => 0)
    byOperation.set(operation, counts)
    return counts
  }

  const add = (operation: string, at: Stage | null, change: number): void => {
    if (at === null || isEnded(at)) return
    const counts = countsOf(operation)
    const count = (counts[at] ?? 0) + change
    counts[at] = count
    if (at !== stage.ready) return
    if (count === 0) withReady.delete(operation)
    else if (count === change) withReady.add(operation)
  }

  for (const [operation, at, count] of storedCounts(db)) add(operation, at, count)

  return {
    withReady,
    move(operation, from, to) {
      add(operation, from, -1)
      add(operation, to, 1)
      moves.push({ operation, from, to })
    },
    count: (operation, at) => byOperation.get(operation)?.[at] ?? 0,
    all: () => byOperation,
    mark: () => moves.length,
    undo(mark) {
      for (const { operation, from, to } of moves.splice(mark).toReversed()) {
        add(operation, to, -1)
        add(operation, from, 1)
      }
    },
    commit() {
      moves.length = 0
    },
  }
}

type StoredCount = readonly [operation: string, at: Stage, count: number]

/** Counts along the partial indexes, so that a store full of ended jobs opens as fast. */
function storedCounts(db: Database): readonly StoredCount[] {
  const from = (index: string, where: string): readonly StoredCount[] =>
    db
      .prepare(
        `SELECT operation, stage, count(*) FROM jobs INDEXED BY ${index} WHERE ${where}
         GROUP BY operation, stage`,
      )
      .rows() as unknown as readonly StoredCount[]
  return [
    ...from('jobs_ready', 'stage = 1'),
    ...from('jobs_due', 'stage IN (2, 5, 6)'),
    ...from('jobs_lease', 'stage = 4'),
    ...from('jobs_keyed', 'key IS NOT NULL AND stage < 7 AND stage = 3'),
  ]
}
