import type { BatchId, JobId } from '@buzzer/contract'
import { isOutcome, type Job } from '../../core/job.ts'
import { transition } from '../../core/transition.ts'
import type { Batch, BatchCancelling, BatchLookup } from '../../ports/batches.ts'
import type { CountBatch } from './batch-tally.ts'
import type { Database } from './database.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { selectJob } from './row.ts'

/** Reads a batch with its jobs as they stand; null for one that is not there. */
export type FindBatch = (id: string) => Batch | null

export function createFindBatch(db: Database, countBatch: CountBatch): FindBatch {
  const readBatch = db.prepare('SELECT tenant, client, created_at FROM batches WHERE id = ?')
  const readJobs = db.prepare('SELECT job FROM batch_jobs WHERE batch = ? ORDER BY place')
  return (id) => {
    const row = readBatch.row(id)
    if (row === undefined) return null
    const [tenant, client, createdAt] = row as readonly [string, string | null, number]
    const jobs = readJobs.rows(id).map(([job]) => job as JobId)
    return { id: id as BatchId, tenant, client, createdAt, jobs, tally: countBatch(tenant, id) }
  }
}

export function createReadBatch(parts: Parts): Handler {
  const lookUp = createLookUp(parts)
  return plain(false, (id: BatchId): BatchLookup => lookUp(id))
}

function createLookUp({ db, countBatch }: Parts): (id: BatchId) => BatchLookup {
  const find = createFindBatch(db, countBatch)
  const readTombstone = db.prepare('SELECT tenant FROM tombstones WHERE id = ?')
  return (id) => {
    const batch = find(id)
    if (batch !== null) return { kind: 'found', batch }
    const tombstone = readTombstone.row(id)
    if (tombstone === undefined) return { kind: 'unknown' }
    return { kind: 'expired', tenant: tombstone[0] as string }
  }
}

export interface CancelBatchRequest {
  readonly tenant: string
  readonly id: BatchId
}

/** Cancels every job that has not ended; a batch of another tenant is as one that never was. */
export function createCancelBatch(parts: Parts): Handler {
  const lookUp = createLookUp(parts)
  const cancelJob = createCancelJob(parts)
  return plain(true, ({ tenant, id }: CancelBatchRequest): BatchCancelling => {
    const found = lookUp(id)
    if (found.kind === 'unknown') return found
    if (found.kind === 'expired') return { kind: found.tenant === tenant ? 'expired' : 'unknown' }
    if (found.batch.tenant !== tenant) return { kind: 'unknown' }
    const jobs = [...new Set(found.batch.jobs)].flatMap((job) => cancelJob(job) ?? [])
    if (jobs.length === 0) return { kind: 'ended', batch: found.batch }
    return { kind: 'changed', batch: { ...found.batch, tally: parts.countBatch(tenant, id) }, jobs }
  })
}

/** @returns the job where it changed; one that runs is marked, so that its worker stops */
function createCancelJob({ db, mover, clock, quarantine }: Parts): (id: JobId) => Job | null {
  const read = db.prepare(selectJob)
  return (id) => {
    const row = read.row(id)
    const stored = row === undefined ? null : quarantine.decode(row)
    if (stored === null || isOutcome(stored.job)) return null
    const now = clock.now()
    const moved = transition(stored.job, { kind: 'cancel' }, now)
    if (moved.kind === 'refused') return null
    return mover.move(stored, moved.job, now) ? moved.job : null
  }
}

export function createBatchesOf({ db }: Parts): Handler {
  const read = db.prepare(
    'SELECT batch FROM batch_jobs INDEXED BY batch_guests WHERE job = ? AND guest = 1',
  )
  return plain(false, (job: JobId): readonly BatchId[] =>
    read.rows(job).map(([batch]) => batch as BatchId),
  )
}
