import type { JobId } from '@buzzer/contract'
import type { CatchUp, Overlap } from '../../core/schedule.ts'
import type { Millis } from '../../core/time.ts'
import type {
  DefinedSchedule,
  DueSchedules,
  Fire,
  Firing,
  ScheduledRun,
  StoredSchedule,
} from '../../ports/schedules.ts'
import type { Accept, Acceptance } from '../../ports/store.ts'
import { createAccept } from './accept.ts'
import type { Codec } from './codec.ts'
import type { Row } from './database.ts'
import { opcode } from './opcode.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { isEnded } from './stage.ts'

const columns = 'operation, cron, time_zone, catch_up, overlap, next_at, last_at, last_job'

const decode = (row: Row): StoredSchedule => ({
  operation: row[0] as string,
  cron: row[1] as string,
  timeZone: row[2] as string,
  catchUp: row[3] as CatchUp,
  overlap: row[4] as Overlap,
  nextAt: row[5] as Millis | null,
  lastAt: row[6] as Millis | null,
  lastJob: row[7] as JobId | null,
})

export function createListSchedules({ db }: Parts): Handler {
  const read = db.prepare(`SELECT ${columns} FROM schedules ORDER BY operation`)
  return plain(false, (): readonly StoredSchedule[] => read.rows().map(decode))
}

export function createDueSchedules({ db }: Parts): Handler {
  const readDue = db.prepare(`SELECT ${columns} FROM schedules WHERE next_at <= ? ORDER BY next_at`)
  const readNext = db.prepare('SELECT min(next_at) FROM schedules WHERE next_at > ?')
  return plain(false, (now: Millis): DueSchedules => ({
    schedules: readDue.rows(now).map(decode),
    nextAt: (readNext.row(now)?.[0] ?? null) as Millis | null,
  }))
}

/**
 * One whose times did not change goes on from where it stands, so that nothing is missed; but where
 * that is later than its next time, the clock was ahead by then.
 */
export function createSyncSchedules({ db }: Parts): Handler {
  const readAll = db.prepare('SELECT operation FROM schedules')
  const remove = db.prepare('DELETE FROM schedules WHERE operation = ?')
  const write = db.prepare(
    `INSERT INTO schedules (operation, cron, time_zone, catch_up, overlap, next_at)
     VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (operation) DO UPDATE SET catch_up = excluded.catch_up,
       overlap = excluded.overlap, cron = excluded.cron, time_zone = excluded.time_zone,
       next_at = CASE WHEN cron = excluded.cron AND time_zone = excluded.time_zone
         THEN min(coalesce(next_at, excluded.next_at), excluded.next_at)
         ELSE excluded.next_at END`,
  )
  return plain(true, (defined: readonly DefinedSchedule[]): null => {
    const kept = new Set(defined.map(({ operation }) => operation))
    for (const [operation] of readAll.rows()) {
      if (!kept.has(operation as string)) remove.run(operation as string)
    }
    for (const { operation, cron, timeZone, catchUp, overlap, nextAt } of defined) {
      write.run(operation, cron, timeZone, catchUp, overlap, nextAt)
    }
    return null
  })
}

const fired = { moved: 0, passed: 1, overlapped: 2, ran: 3 } as const

/** The moved time and the job in one command, and so in one transaction. */
export function createFireSchedule(parts: Parts): Handler {
  const { db } = parts
  const accept = createAccept(parts)
  const move = db.prepare('UPDATE schedules SET next_at = ? WHERE operation = ? AND next_at = ?')
  const readLast = db.prepare(
    `SELECT job.stage FROM schedules JOIN jobs AS job ON job.id = schedules.last_job
     WHERE schedules.operation = ?`,
  )
  // A job that its key stood for already was not made by this command.
  const note = db.prepare(
    `UPDATE schedules SET last_at = ?, last_job = ?
     WHERE operation = ? AND EXISTS (SELECT 1 FROM jobs WHERE id = ?)`,
  )

  return {
    writes: true,
    run(input, output) {
      const operation = input.text()
      const expectedNextAt = input.number()
      const moved = move.run(input.numberOrNull(), operation, expectedNextAt) > 0
      const at = input.numberOrNull()
      if (!moved || at === null) return output.value(moved ? fired.passed : fired.moved)
      const unlessRunning = input.number() === 1
      const last = unlessRunning ? readLast.row(operation)?.[0] : undefined
      if (last !== undefined && !isEnded(last as number)) return output.value(fired.overlapped)
      const job = input.text()
      output.value(fired.ran)
      accept.run(input, output)
      note.run(at, job, operation, job)
    },
  }
}

/** @param accept how the job that it makes crosses to the thread, and comes back */
export const fireCodec = (accept: Codec<Accept, Acceptance>): Codec<Fire, Firing> => ({
  code: opcode.fireSchedule,
  write(output, { operation, expectedNextAt, nextAt, run }) {
    output.value(operation)
    output.value(expectedNextAt)
    output.value(nextAt)
    output.value(run === null ? null : run.at)
    if (run === null) return
    output.value(run.unlessRunning ? 1 : 0)
    output.value(run.job.id)
    accept.write(output, acceptOf(run))
  },
  read(input, { run }) {
    const kind = input.number()
    if (kind === fired.moved) return { kind: 'moved' }
    if (kind === fired.overlapped) return { kind: 'overlapped' }
    if (kind === fired.passed || run === null) return { kind: 'passed' }
    const { kind: became } = accept.read(input, acceptOf(run))
    return { kind: became === 'accepted' ? 'fired' : 'repeated' }
  },
})

/** Nobody waits for it, so that it is claimed like any other. */
const acceptOf = ({ job, input, idempotency }: ScheduledRun): Accept => ({
  job,
  input,
  idempotency,
  claimFor: null,
  callback: null,
})
