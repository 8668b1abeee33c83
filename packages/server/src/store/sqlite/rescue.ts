import { maxLeasesLost } from '../../core/lease.ts'
import type { Millis } from '../../core/time.ts'
import { transition, type JobInput } from '../../core/transition.ts'
import type { Rescued, RescuedJob } from '../../ports/store.ts'
import type { Row } from './database.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { selectJob, type StoredJob } from './row.ts'

/**
 * Takes jobs whose lease ended from their workers, and fails those past their deadline. Every row
 * that it looks at leaves the index by which it was found, so that no page can stand in the way
 * of the next.
 */
export function createRescue({ db, clock, mover, quarantine }: Parts): Handler {
  const readLost = db.prepare(
    `SELECT id FROM jobs INDEXED BY jobs_lease
     WHERE stage = 4 AND lease_until <= ? ORDER BY lease_until LIMIT ?`,
  )
  // A job that is held ends with its lease, which never goes beyond its deadline.
  const readOverdue = db.prepare(
    `SELECT id FROM jobs INDEXED BY jobs_deadline
     WHERE deadline_at IS NOT NULL AND stage < 7 AND stage <> 4 AND deadline_at <= ?
     ORDER BY deadline_at LIMIT ?`,
  )

  const read = db.prepare(selectJob)

  const moveAll = (
    rows: readonly Row[],
    now: Millis,
    inputOf: (stored: StoredJob) => JobInput,
  ): RescuedJob[] => {
    const rescued: RescuedJob[] = []
    for (const [id] of rows) {
      // One that ends lets the next of its key go, which may stand on this page too.
      const row = read.row(id as string)
      const stored = row === undefined ? null : quarantine.decode(row)
      if (stored === null) continue
      const input = inputOf(stored)
      const moved = transition(stored.job, input, now)
      if (moved.kind === 'refused' || !mover.move(stored, moved.job, now)) continue
      rescued.push({ job: moved.job, why: input.kind === 'expire' ? 'deadline' : 'lease' })
    }
    return rescued
  }

  return plain(
    () =>
      readLost.row(clock.now(), 1) !== undefined || readOverdue.row(clock.now(), 1) !== undefined,
    (limit: number): Rescued => {
      const now = clock.now()
      const lost = readLost.rows(now, limit)
      const overdue = readOverdue.rows(now, limit - lost.length)
      const jobs = [
        ...moveAll(lost, now, (stored) => inputForLost(stored, now)),
        ...moveAll(overdue, now, () => ({ kind: 'expire' })),
      ]
      return { jobs, more: lost.length + overdue.length >= limit }
    },
  )
}

function inputForLost({ job }: StoredJob, now: Millis): JobInput {
  const isOverdue = job.deadlineAt !== null && job.deadlineAt <= now
  const isCancelled = job.state === 'running' && job.cancelRequested
  return isOverdue && !isCancelled ? { kind: 'expire' } : { kind: 'lose', maxLost: maxLeasesLost }
}
