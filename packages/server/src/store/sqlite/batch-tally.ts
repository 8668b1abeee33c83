import type { FinalState } from '@buzzer/contract'
import { batchChannel, tallyOf, type BatchShare, type BatchTally } from '../../core/batch.ts'
import type { Database } from './database.ts'
import { finalOfStage, stage } from './stage.ts'

export type CountBatch = (tenant: string, id: string) => BatchTally

/**
 * Counts the jobs of a batch where they stand, so that no second count can differ. Of those that
 * were removed the outcome is left on the batch's channel, which stays as long as the batch does.
 */
export function createCountBatch(db: Database): CountBatch {
  // A parked job that is due stands among the ready ones; what it waits for tells it from them.
  const count = db.prepare(
    `SELECT
       count(*) FILTER (WHERE job.stage < ${stage.leased} AND job.monitor IS NULL),
       count(*) FILTER (WHERE job.stage IN (${stage.leased}, ${stage.parked})
         OR job.stage < ${stage.leased} AND job.monitor IS NOT NULL),
       count(*) FILTER (WHERE job.stage = ${stage.input}),
       count(*) FILTER (WHERE job.stage = ${stage.succeeded}),
       count(*) FILTER (WHERE job.stage = ${stage.failed}),
       count(*) FILTER (WHERE job.stage = ${stage.cancelled}),
       count(*) FILTER (WHERE job.stage IS NULL),
       max(job.started_at IS NOT NULL OR job.run > 1)
     FROM batch_jobs LEFT JOIN jobs AS job ON job.id = batch_jobs.job
     WHERE batch_jobs.batch = ?`,
  )
  const countGone = createCountGone(db)

  return (tenant, id) => {
    const counts = (count.row(id) ?? []).map(Number)
    const hasStarted = counts[states.length + 1] === 1
    const shares = states.map((state, at) => ({ state, hasStarted, count: counts[at] ?? 0 }))
    const missing = counts[states.length] ?? 0
    return tallyOf(missing === 0 ? shares : [...shares, ...countGone(tenant, id)])
  }
}

const states = ['queued', 'running', 'input_required', 'succeeded', 'failed', 'cancelled'] as const

function createCountGone(db: Database): (tenant: string, id: string) => readonly BatchShare[] {
  const readGone = db.prepare(
    `SELECT batch_jobs.job FROM batch_jobs LEFT JOIN jobs ON jobs.id = batch_jobs.job
     WHERE batch_jobs.batch = ? AND jobs.id IS NULL`,
  )
  const readTold = db.prepare(
    `SELECT events.job, events.type FROM channels JOIN events ON events.channel = channels.id
     WHERE channels.tenant = ? AND channels.name = ? AND events.job <> '' ORDER BY events.offset`,
  )
  return (tenant, id) => {
    const told = new Map<string, FinalState>()
    for (const [job, type] of readTold.scan(tenant, batchChannel(id))) {
      told.set(job as string, finalOfStage(type as number))
    }
    // What left no outcome was put apart as damaged, and will never run.
    return readGone.rows(id).map(([job]) => ({
      state: told.get(job as string) ?? 'failed',
      hasStarted: true,
      count: 1,
    }))
  }
}
