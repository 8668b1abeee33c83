import type { JobId } from '@buzzer/contract'
import { rankOf } from '../../core/rank.ts'
import type { Millis } from '../../core/time.ts'
import type { Depth, StoreSurroundings } from '../../ports/store.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { stage } from './stage.ts'

/**
 * How many rows at the fronts of all queues are looked at for the oldest among them, and how many
 * at one: this is asked several times a second, however many operations and tenants there are.
 */
const oldestAmong = { all: 1_000, queue: 100 }

/** How far jobs ahead are counted. */
const aheadAtMost = 10_000

/** Answers from the counts in memory; the age of the oldest is that at the front of the queue. */
export function createDepths({ db, tally, deadTally }: Parts): Handler {
  const readFront = db.prepare(
    `SELECT rank, priority FROM jobs INDEXED BY jobs_ready
     WHERE stage = 1 AND operation = ? AND tenant = ? ORDER BY rank, id LIMIT ?`,
  )

  const oldestReadyAt = (operation: string, limit: number): Millis | null => {
    let oldest = Infinity
    for (const tenant of tally.ready.of(operation)?.counts.keys() ?? []) {
      for (const [rank, priority] of readFront.rows(operation, tenant, limit)) {
        oldest = Math.min(oldest, (rank as number) - rankOf(priority as number, 0))
      }
    }
    return oldest === Infinity ? null : oldest
  }

  const frontSize = (): number => {
    let queues = 1
    for (const operation of tally.ready.operations) {
      queues += tally.ready.of(operation)?.counts.size ?? 0
    }
    return Math.max(1, Math.min(oldestAmong.queue, Math.floor(oldestAmong.all / queues)))
  }

  return plain(false, (): readonly Depth[] => {
    const limit = frontSize()
    return [...new Set([...tally.all().keys(), ...deadTally.all().keys()])].map((operation) => ({
      operation,
      ready: tally.count(operation, stage.ready),
      delayed: tally.count(operation, stage.delayed),
      blocked: tally.count(operation, stage.blocked),
      running: tally.count(operation, stage.leased),
      parked: tally.count(operation, stage.parked),
      oldestReadyAt: oldestReadyAt(operation, limit),
      deadLetters: deadTally.count(operation),
    }))
  })
}

export interface SurroundingsRequest {
  readonly id: JobId
  readonly tenant: string
  readonly operation: string
  readonly key: string | null
}

export function createSurroundings({ db, served, gates, tally }: Parts): Handler {
  const readPlace = db.prepare('SELECT stage, rank, key_seq FROM jobs WHERE id = ?')
  const countReady = db.prepare(
    `SELECT count(*) FROM (
       SELECT 1 FROM jobs INDEXED BY jobs_ready
       WHERE stage = 1 AND operation = ? AND tenant = ? AND (rank, id) < (?, ?) LIMIT ${aheadAtMost + 1})`,
  )
  const countKeyed = db.prepare(
    `SELECT count(*) FROM (
       SELECT 1 FROM jobs INDEXED BY jobs_keyed
       WHERE operation = ? AND tenant = ? AND key = ? AND key IS NOT NULL AND stage < 7 AND key_seq < ?
       LIMIT ${aheadAtMost + 1})`,
  )

  /** What others of the operation have their turn with before the job that has so many of its own. */
  const aheadOfOthers = (operation: string, tenant: string, own: number): number => {
    const tenants = tally.ready.of(operation)
    if (tenants === undefined || tenants.counts.size < 2) return 0
    return tenants.turns.ahead(tenant, own + 1, (name) => ({
      share: served.shareOf(name),
      waiting: tenants.counts.get(name) ?? 0,
    }))
  }

  return plain(false, (request: SurroundingsRequest): StoreSurroundings => {
    const { id, operation, tenant, key } = request
    const [at, rank, keySeq] = readPlace.row(id) ?? []
    const keyHeld = at === stage.blocked
    const count = (): number | null => {
      if (at === stage.ready) {
        const own = Number(countReady.row(operation, tenant, rank ?? 0, id)?.[0])
        return own + aheadOfOthers(operation, tenant, own)
      }
      if (!keyHeld || key === null) return null
      return Number(countKeyed.row(operation, tenant, key, keySeq ?? 0)?.[0])
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
