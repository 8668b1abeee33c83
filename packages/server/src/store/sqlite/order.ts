import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import type { Database } from './database.ts'
import { stage, type Stage } from './stage.ts'
import type { Owner, Tally } from './tally.ts'

/**
 * Jobs of one operation and tenant with the same key run one at a time, in the order of a counter per key.
 * Only the head can be claimed; those behind it stand in a stage of their own, where no claim
 * looks.
 */
export interface KeyOrder {
  /** @returns the last number given out among the jobs that have not ended; 0 for none */
  last(owner: Owner, key: string): number
  /** Lets the next job of a key go, if its head has just ended. */
  letGo(owner: Owner, key: string, now: Millis): void
}

export function createKeyOrder(db: Database, tally: Tally): KeyOrder {
  const readLast = db.prepare(
    `SELECT max(key_seq) FROM jobs
     WHERE operation = ? AND tenant = ? AND key = ? AND key IS NOT NULL AND stage < 7`,
  )
  const readHead = db.prepare(
    `SELECT id, stage, due_at, priority FROM jobs
     WHERE operation = ? AND tenant = ? AND key = ? AND key IS NOT NULL AND stage < 7
     ORDER BY key_seq LIMIT 1`,
  )
  const release = db.prepare('UPDATE jobs SET stage = ?, rank = ? WHERE id = ?')

  return {
    last: ({ operation, tenant }, key) => Number(readLast.row(operation, tenant, key)?.[0] ?? 0),
    letGo(owner, key, now) {
      const head = readHead.row(owner.operation, owner.tenant, key)
      if (head === undefined || head[1] !== stage.blocked) return
      const dueAt = head[2] as number
      const to = stageByTime(dueAt, now)
      release.run(to, rankOf(head[3] as number, Math.max(dueAt, now)), head[0] as string)
      tally.move(owner, stage.blocked, to)
    },
  }
}

export const stageByTime = (dueAt: Millis, now: Millis): Stage =>
  dueAt > now ? stage.delayed : stage.ready
