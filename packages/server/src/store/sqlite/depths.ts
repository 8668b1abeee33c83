import type { JobId } from '@buzzer/contract'
import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import type { Depth, StoreSurroundings } from '../../ports/store.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { stage } from './stage.ts'

/** How many rows at the front of a queue are looked at for the oldest among them. */
const oldestAmong = 100

/** How far jobs ahead are counted. */
const aheadAtMost = 10_000

/** Answers from the counts in memory; the age of the oldest is that at the front of the queue. */
export function createDepths({ db, tally }: Parts): Handler {
  const readFront = db.prepare(
    `SELECT rank, priority FROM jobs INDEXED BY jobs_ready
     WHERE stage = 1 AND operation = ? ORDER BY rank, id LIMIT ${oldestAmong}`,
  )

  const oldestReadyAt = (operation: string): Millis | null => {
    const times = readFront
      .rows(operation)
      .map(([rank, priority]) => (rank as number) - rankOf(priority as number, 0))
    return times.length === 0 ? null : Math.min(...times)
  }

  return plain(false, (): readonly Depth[] =>
    [...tally.all().keys()].map((operation) => ({
      operation,
      ready: tally.count(operation, stage.ready),
      delayed: tally.count(operation, stage.delayed),
      blocked: tally.count(operation, stage.blocked),
      running: tally.count(operation, stage.leased),
      parked: tally.count(operation, stage.parked),
      oldestReadyAt: tally.count(operation, stage.ready) === 0 ? null : oldestReadyAt(operation),
    })),
  )
}

export interface SurroundingsRequest {
  readonly id: JobId
  readonly operation: string
  readonly key: string | null
}

export function createSurroundings({ db, served, gates }: Parts): Handler {
  const readPlace = db.prepare('SELECT stage, rank, key_seq FROM jobs WHERE id = ?')
  const countReady = db.prepare(
    `SELECT count(*) FROM (
       SELECT 1 FROM jobs INDEXED BY jobs_ready
       WHERE stage = 1 AND operation = ? AND (rank, id) < (?, ?) LIMIT ${aheadAtMost + 1})`,
  )
  const countKeyed = db.prepare(
    `SELECT count(*) FROM (
       SELECT 1 FROM jobs INDEXED BY jobs_keyed
       WHERE operation = ? AND key = ? AND key IS NOT NULL AND stage < 7 AND key_seq < ?
       LIMIT ${aheadAtMost + 1})`,
  )

  return plain(false, ({ id, operation, key }: SurroundingsRequest): StoreSurroundings => {
    const [at, rank, keySeq] = readPlace.row(id) ?? []
    const keyHeld = at === stage.blocked
    const count = (): number | null => {
      if (at === stage.ready) return Number(countReady.row(operation, rank ?? 0, id)?.[0])
      if (!keyHeld || key === null) return null
      return Number(countKeyed.row(operation, key, keySeq ?? 0)?.[0])
    }
    const ahead = count()
    const terms = served.byAny(operation)
    return {
      keyHeld,
      operationFull: terms !== undefined && gates.isFull(terms),
      served: terms !== undefined,
      ahead: ahead === null || ahead > aheadAtMost ? null : ahead,
    }
  })
}
