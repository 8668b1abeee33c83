import type { IdSource } from '@buzzer/contract'
import type { Outcome } from '../../core/job.ts'
import type { Millis } from '../../core/time.ts'
import type { Database } from './database.ts'
import { stage } from './stage.ts'
import type { Follower } from './tally.ts'

/** The channel that carries the outcomes of an operation. */
const outcomeChannel = (operation: string): string => `operations/${operation}`

/** What an outcome's event holds that cannot be looked up in the job's row for ever. */
export interface OutcomeFact {
  readonly tenant: string
  readonly operation: string
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
  flush(): void
}

interface Channel {
  readonly id: number
  /** The last offset given out; offsets start at 1. */
  readonly last: number
}

export function createEventLog(db: Database, ids: IdSource): EventLog {
  const find = db.prepare('SELECT id, last FROM channels WHERE tenant = ? AND name = ?')
  const create = db.prepare(
    'INSERT INTO channels (tenant, name, last) VALUES (?, ?, 0) RETURNING id, last',
  )
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

  const lookUp = ({ tenant, operation }: OutcomeFact): Channel => {
    const name = outcomeChannel(operation)
    const row = find.row(tenant, name) ?? create.row(tenant, name)
    return { id: row?.[0] as number, last: row?.[1] as number }
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

  return {
    add(fact) {
      pending.push(fact)
    },
    flush() {
      for (const [name, facts] of byChannel(pending)) {
        const channel = known.get(name) ?? lookUp(facts[0])
        moved.set(name, write(channel, facts))
      }
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

/** Groups them without changing their order. */
function byChannel(
  facts: readonly OutcomeFact[],
): Iterable<[string, [OutcomeFact, ...OutcomeFact[]]]> {
  const groups = new Map<string, [OutcomeFact, ...OutcomeFact[]]>()
  for (const fact of facts) {
    const name = `${fact.operation}\n${fact.tenant}`
    const group = groups.get(name)
    if (group === undefined) groups.set(name, [fact])
    else group.push(fact)
  }
  return groups
}
