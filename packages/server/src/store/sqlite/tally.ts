import type { Database } from './database.ts'
import { createReady, type Ready } from './ready.ts'
import { dueStages, isEnded, stage, type Stage } from './stage.ts'

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

/** Whose job is counted. */
export interface Owner {
  readonly operation: string
  readonly tenant: string
}

/** Keeps the counts that gates and depths ask for, so that neither costs a query. */
export interface Tally extends Follower {
  /** Null stands for "not among those counted": before it was accepted, after it ended. */
  move(owner: Owner, from: Stage | null, to: Stage | null): void
  count(operation: string, at: Stage): number
  /** Those in the ready stage, by tenant too. */
  readonly ready: Ready
  all(): ReadonlyMap<string, Counts>
}

const stageCount = stage.input + 1

export function createTally(db: Database): Tally {
  const byOperation = new Map<string, Counts>()
  const ready = createReady()
  const moves: { owner: Owner; from: Stage | null; to: Stage | null }[] = []

  const countsOf = (operation: string): Counts => {
    const known = byOperation.get(operation)
    if (known !== undefined) return known
    const counts: Counts = Array.from({ length: stageCount }, () => 0)
    byOperation.set(operation, counts)
    return counts
  }

  const add = ({ operation, tenant }: Owner, at: Stage | null, change: number): void => {
    if (at === null || isEnded(at)) return
    const counts = countsOf(operation)
    counts[at] = (counts[at] ?? 0) + change
    if (at === stage.ready) ready.add(operation, tenant, change)
  }

  for (const [operation, tenant, at, count] of storedCounts(db)) {
    add({ operation, tenant }, at, count)
  }

  return {
    ready,
    move(owner, from, to) {
      add(owner, from, -1)
      add(owner, to, 1)
      moves.push({ owner, from, to })
    },
    count: (operation, at) => byOperation.get(operation)?.[at] ?? 0,
    all: () => byOperation,
    mark: () => moves.length,
    undo(mark) {
      for (const { owner, from, to } of moves.splice(mark).toReversed()) {
        add(owner, to, -1)
        add(owner, from, 1)
      }
    },
    commit() {
      moves.length = 0
    },
  }
}

type StoredCount = readonly [operation: string, tenant: string, at: Stage, count: number]

/** Counts along the partial indexes, so that a store full of ended jobs opens as fast. */
function storedCounts(db: Database): readonly StoredCount[] {
  const from = (index: string, where: string): readonly StoredCount[] =>
    db
      .prepare(
        `SELECT operation, tenant, stage, count(*) FROM jobs INDEXED BY ${index} WHERE ${where}
         GROUP BY operation, tenant, stage`,
      )
      .rows() as unknown as readonly StoredCount[]
  return [
    ...from('jobs_ready', 'stage = 1'),
    ...from('jobs_due', dueStages),
    ...from('jobs_lease', 'stage = 4'),
    ...from('jobs_keyed', 'key IS NOT NULL AND stage < 7 AND stage = 3'),
  ]
}
