import type { IdSource } from '@buzzer/contract'
import { batchChannel, batchState } from '../../core/batch.ts'
import { outcomeChannel } from '../../core/channel.ts'
import type { Outcome } from '../../core/job.ts'
import type { Millis } from '../../core/time.ts'
import type { CountBatch } from './batch-tally.ts'
import type { Database } from './database.ts'
import type { FanOutLog } from './deliveries/fan-out-log.ts'
import { stage } from './stage.ts'
import type { Follower } from './tally.ts'

/** What an outcome's event holds that cannot be looked up in the job's row for ever. */
export interface OutcomeFact {
  readonly tenant: string
  /** Null for what its operation was told before. */
  readonly operation: string | null
  /** The batch that is to be told as well. */
  readonly batch: string | null
  readonly state: Outcome['state']
  readonly time: Millis
  readonly job: string
  readonly run: number
  readonly attempt: number
  readonly version: number
  readonly deadLetter: boolean
  /** JSON text. */
  readonly error: string | null
}

export const factOf = (job: Outcome): OutcomeFact => ({
  tenant: job.tenant,
  operation: job.operation,
  batch: job.batch,
  state: job.state,
  time: job.finishedAt,
  job: job.id,
  run: job.run,
  attempt: job.attempt,
  version: job.version,
  deadLetter: job.state === 'failed' && job.deadLetter,
  error: job.state === 'failed' ? JSON.stringify(job.error) : null,
})

/**
 * Every outcome is one event on its operation's channel. They are collected while a batch runs
 * and written at its end, so that a channel's counter moves once for all of them.
 */
export interface EventLog extends Follower {
  add(fact: OutcomeFact): void
  /** From now on some batch lists jobs that came before it, and is to hear of their ends too. */
  noteGuests(): void
  flush(): void
}

/** The type of the event that ends a batch, above those of jobs, which are their stages. */
export const batchEndType = 10

const guestsAtStart = 'SELECT 1 FROM batch_jobs INDEXED BY batch_guests WHERE guest = 1 LIMIT 1'

interface Channel {
  readonly id: number
  /** The last offset given out; offsets start at 1. */
  readonly last: number
}

interface EventLogParts {
  readonly db: Database
  readonly ids: IdSource
  readonly countBatch: CountBatch
  readonly fanOutLog: Pick<FanOutLog, 'note' | 'noteBatch'>
}

export function createEventLog({ db, ids, countBatch, fanOutLog }: EventLogParts): EventLog {
  const find = db.prepare('SELECT id, last FROM channels WHERE tenant = ? AND name = ?')
  const create = db.prepare(
    'INSERT INTO channels (tenant, name, batch, last) VALUES (?, ?, ?, 0) RETURNING id, last',
  )
  const readGuests = db.prepare(
    'SELECT batch FROM batch_jobs INDEXED BY batch_guests WHERE job = ? AND guest = 1',
  )
  const isBatchOpen = createIsBatchOpen(db)
  const move = db.prepare('UPDATE channels SET last = ? WHERE id = ?')
  const insert = db.prepare(
    `INSERT INTO events
       (channel, offset, id, type, time, job, run, attempt, version, dead_letter, error)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  /** As they are on disk. */
  const known = new Map<string, Channel>()
  /** As they will be after the commit. */
  const moved = new Map<string, Channel>()
  const pending: OutcomeFact[] = []
  let hasGuests = db.prepare(guestsAtStart).row() !== undefined

  const lookUp = (tenant: string, name: string, batch: string | null): Channel => {
    const row = find.row(tenant, name) ?? create.row(tenant, name, batch)
    return { id: row?.[0] as number, last: row?.[1] as number }
  }

  const tellGuests = (fact: OutcomeFact): void => {
    for (const [batch] of readGuests.rows(fact.job)) {
      pending.push({ ...fact, operation: null, batch: batch as string })
    }
  }

  const write = (channel: Channel, facts: readonly OutcomeFact[]): Channel => {
    let { last } = channel
    for (const { state, time, job, run, attempt, version, deadLetter, error } of facts) {
      last += 1
      const dead = deadLetter ? 1 : 0
      const id = ids.next('evt')
      insert.run(channel.id, last, id, stage[state], time, job, run, attempt, version, dead, error)
    }
    move.run(last, channel.id)
    return { id: channel.id, last }
  }

  /** @returns how many events it took to say that a batch has ended: one or none */
  const writeEnd = (tenant: string, batch: string, { id, last }: Channel, time: Millis): number => {
    if (isBatchOpen(batch, last)) return 0
    const state = batchState(countBatch(tenant, batch))
    if (state === 'queued' || state === 'running') return 0
    const end = [id, last + 1, ids.next('evt'), batchEndType + stage[state], time] as const
    insert.run(...end, '', 0, 0, 0, 0, null)
    move.run(last + 1, id)
    return 1
  }

  /** A batch's channel is written to for a while only, so it is not kept in mind. */
  const writeBatch = (batch: string, facts: Group): void => {
    const [{ tenant }] = facts
    const time = Math.max(...facts.map((fact) => fact.time))
    const before = lookUp(tenant, batchChannel(batch), batch)
    const channel = write(before, facts)
    const last = channel.last + writeEnd(tenant, batch, channel, time)
    fanOutLog.noteBatch(batch, channel.id, before.last + 1, last)
  }

  const writeOperation = (name: string, facts: Group): void => {
    const [{ tenant, operation }] = facts
    const channelName = outcomeChannel(operation ?? '')
    const before = known.get(name) ?? lookUp(tenant, channelName, null)
    const after = write(before, facts)
    moved.set(name, after)
    fanOutLog.note({ id: after.id, tenant, name: channelName }, before.last + 1, after.last)
  }

  return {
    add(fact) {
      pending.push(fact)
      if (hasGuests && fact.operation !== null) tellGuests(fact)
    },
    noteGuests() {
      hasGuests = true
    },
    flush() {
      for (const [name, facts] of byOperation(pending)) writeOperation(name, facts)
      for (const [batch, facts] of byBatch(pending)) writeBatch(batch, facts)
    },
    mark: () => pending.length,
    undo(mark) {
      pending.length = mark
      moved.clear()
    },
    commit() {
      for (const [name, channel] of moved) known.set(name, channel)
      moved.clear()
      pending.length = 0
    },
  }
}

/** @returns whether some job of it has still to end */
function createIsBatchOpen(db: Database) {
  const readCount = db.prepare('SELECT job_count FROM batches WHERE id = ?')
  const readOpen = db.prepare(
    `SELECT 1 FROM batch_jobs JOIN jobs ON jobs.id = batch_jobs.job
     WHERE batch = ? AND stage < ${stage.succeeded} LIMIT 1`,
  )
  return (batch: string, last: number): boolean => {
    const [count] = readCount.row(batch) ?? []
    // Each of its jobs leaves an event when it ends, so fewer of them answer at once.
    return typeof count !== 'number' || last < count || readOpen.row(batch) !== undefined
  }
}

type Group = [OutcomeFact, ...OutcomeFact[]]

const byOperation = (facts: readonly OutcomeFact[]): ReadonlyMap<string, Group> =>
  groupBy(facts, ({ operation, tenant }) => (operation === null ? null : `${operation}\n${tenant}`))

const byBatch = (facts: readonly OutcomeFact[]): ReadonlyMap<string, Group> =>
  groupBy(facts, ({ batch }) => batch)

/** Groups them without changing their order; null is in no group. */
function groupBy(
  facts: readonly OutcomeFact[],
  nameOf: (fact: OutcomeFact) => string | null,
): ReadonlyMap<string, Group> {
  const groups = new Map<string, Group>()
  for (const fact of facts) {
    const name = nameOf(fact)
    if (name === null) continue
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [fact])
    else group.push(fact)
  }
  return groups
}
