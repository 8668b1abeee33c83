import { errorGroupOf } from '../../core/dead-letter.ts'
import { isDeadLetter, isOutcome, type Job } from '../../core/job.ts'
import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import type { Database, Value } from './database.ts'
import type { DeadTally } from './dead-tally.ts'
import type { Callbacks } from './deliveries/callbacks.ts'
import { factOf, type EventLog } from './events.ts'
import { stageByTime, type KeyOrder } from './order.ts'
import { encodeJson, type StoredJob } from './row.ts'
import { isEnded, stage, type Stage } from './stage.ts'
import type { Tally } from './tally.ts'

/**
 * Writes the next state of a job with all that hangs on it: its place in the indexes, the counts,
 * the event of an outcome, and the next job of its key.
 */
export interface Mover {
  /** @returns false where the row is not any more as it was read; then nothing was written */
  move(before: StoredJob, after: Job, now: Millis): boolean
}

interface MoverParts {
  readonly db: Database
  readonly tally: Tally
  readonly keys: KeyOrder
  readonly events: EventLog
  readonly deadTally: DeadTally
  readonly callbacks: Callbacks
}

export function createMover(parts: MoverParts): Mover {
  const { db, tally, keys, events, deadTally, callbacks } = parts
  const update = db.prepare(
    `UPDATE jobs SET stage = ?, rank = ?, due_at = ?, key_seq = ?, deadline_at = ?, version = ?,
       run = ?, attempt = ?, fence = ?, leases_lost = ?, started_at = ?, attempt_started_at = ?,
       node = ?, lease_until = ?, attempt_until = ?, cancel_requested = ?, finished_at = ?,
       dead_letter = ?, error_group = ?, progress = ?, monitor = ?, error = ?, voided_at = ?
     WHERE id = ? AND fence = ? AND stage = ?`,
  )
  const voidPieces = db.prepare('DELETE FROM pieces WHERE job = ?')

  /** A job that opens another run queues last behind its key. */
  const placeOf = ({ job, stage: at, keySeq }: StoredJob, after: Job, now: Millis): Place => {
    const reopens = isEnded(at) && !isOutcome(after)
    if (!reopens || job.key === null) return { to: stageOf(after, now), keySeq }
    const last = keys.last(job, job.key)
    return { to: last > 0 ? stage.blocked : stageOf(after, now), keySeq: last + 1 }
  }

  const follow = (before: StoredJob, after: Job, to: Stage, now: Millis): void => {
    const { key } = before.job
    tally.move(before.job, before.stage, to)
    if (isDeadLetter(before.job)) deadTally.add(before.job.operation, -1)
    if (isDeadLetter(after)) deadTally.add(after.operation, 1)
    // The next attempt starts its output anew, whatever number it has.
    if (after.state === 'queued') voidPieces.run(after.id)
    if (!isOutcome(after)) return
    events.add(factOf(after))
    if (key !== null) keys.letGo(before.job, key, now)
  }

  return {
    move(before, after, now) {
      const { to, keySeq } = placeOf(before, after, now)
      const was = callbacks.rowToTell(before, after)
      const changed = update.run(
        to,
        ...queueValues(after),
        keySeq,
        after.deadlineAt,
        after.version,
        after.run,
        after.attempt,
        after.fence,
        after.leasesLost,
        after.startedAt,
        ...leaseValues(after),
        ...endValues(after),
        encodeJson(after.progress),
        'monitor' in after ? encodeJson(after.monitor) : null,
        after.state === 'failed' ? JSON.stringify(after.error) : null,
        after.voidedAt === 0 ? null : after.voidedAt,
        before.job.id,
        before.job.fence,
        before.stage,
      )
      if (changed > 0) follow(before, after, to, now)
      if (changed > 0 && was !== null) callbacks.noteChange(after.id, was)
      return changed > 0
    },
  }
}

interface Place {
  readonly to: Stage
  readonly keySeq: number | null
}

function stageOf(after: Job, now: Millis): Stage {
  switch (after.state) {
    case 'queued':
      return stageByTime(after.dueAt, now)
    case 'parked':
      return after.dueAt > now ? stage.parked : stage.ready
    case 'running':
      return stage.leased
    case 'input_required':
      return stage.input
    case 'succeeded':
    case 'failed':
    case 'cancelled':
      return stage[after.state]
  }
}

const queueValues = (after: Job): readonly Value[] =>
  'dueAt' in after ? [rankOf(after.priority, after.dueAt), after.dueAt] : [null, null]

function leaseValues(after: Job): readonly Value[] {
  const startedAt = 'attemptStartedAt' in after ? after.attemptStartedAt : null
  if (after.state !== 'running') return [startedAt, null, null, null, null]
  const { node, leaseUntil, attemptUntil, cancelRequested } = after
  return [startedAt, node, leaseUntil, attemptUntil, cancelRequested ? 1 : 0]
}

function endValues(after: Job): readonly Value[] {
  const finishedAt = 'finishedAt' in after ? after.finishedAt : null
  if (!isDeadLetter(after)) return [finishedAt, null, null]
  return [finishedAt, 1, errorGroupOf(after.operation, after.error)]
}
