import type { Millis } from '../../core/time.ts'
import type { Parts } from './parts.ts'
import { dueStages, stage, type Stage } from './stage.ts'

/** Moves delayed and parked jobs among the runnable ones when their time has come. */
export interface Promotion {
  isDue(now: Millis): boolean
  /** One bounded page, the longest overdue first. */
  promote(now: Millis): void
  nextDueAt(): Millis | null
}

const pageSize = 500

type DueRow = readonly [id: string, operation: string, tenant: string, at: Stage]

export function createPromotion({ db, tally }: Parts): Promotion {
  const readNext = db.prepare(
    `SELECT due_at FROM jobs INDEXED BY jobs_due
     WHERE ${dueStages} AND due_at IS NOT NULL ORDER BY due_at LIMIT 1`,
  )
  const readDue = db.prepare(
    `SELECT id, operation, tenant, stage FROM jobs INDEXED BY jobs_due
     WHERE ${dueStages} AND due_at <= ? ORDER BY due_at LIMIT ${pageSize}`,
  )
  const makeReady = db.prepare('UPDATE jobs SET stage = 1 WHERE id = ?')
  const nextDueAt = (): Millis | null => (readNext.row()?.[0] as number | undefined) ?? null

  return {
    nextDueAt,
    isDue(now) {
      const next = nextDueAt()
      return next !== null && next <= now
    },
    promote(now) {
      for (const row of readDue.rows(now)) {
        const [id, operation, tenant, at] = row as unknown as DueRow
        makeReady.run(id)
        tally.move({ operation, tenant }, at, stage.ready)
      }
    },
  }
}
