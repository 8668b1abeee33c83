import type { ServedOperation } from '../../ports/store.ts'
import type { Database } from './database.ts'
import type { TenantsReady } from './ready.ts'
import type { Parts } from './parts.ts'

/**
 * The runnable jobs in the order in which they are claimed: operations take turns, within one its
 * tenants by their shares, and each tenant's jobs stand in the order of their rank.
 */
export interface Line {
  /** @returns null at the end, or when every operation left is at its limit */
  next(): Candidate | null
}

export interface Candidate {
  readonly id: string
  readonly terms: ServedOperation
}

/** The jobs of one tenant and operation, read page by page. */
interface Queue {
  /** @returns null at its end */
  next(): string | null
}

/** @returns null where nothing of this operation may be claimed */
export type TermsOf = (operation: string) => ServedOperation | null

/**
 * Looks at the front of queues only, so that what stands far behind, is blocked or waits at its
 * operation's limit costs nothing.
 */
export function createLine({ db, tally: { ready }, served }: Parts) {
  const openQueue = createQueues(db)

  return (termsOf: TermsOf, max: number): Line => {
    const queues = new Map<string, Queue>()
    const queueOf = (operation: string, tenant: string): Queue => {
      const name = `${operation}\n${tenant}`
      const known = queues.get(name)
      if (known !== undefined) return known
      const flows = ready.operations.size * (ready.of(operation)?.counts.size ?? 1)
      const queue = openQueue(operation, tenant, Math.max(1, Math.ceil(max / flows)))
      queues.set(name, queue)
      return queue
    }

    const nextOf = (operation: string, { counts, turns }: TenantsReady): string | null => {
      for (let looks = turns.size; looks > 0; looks -= 1) {
        const tenant = turns.first() ?? ''
        const id = counts.has(tenant) ? queueOf(operation, tenant).next() : null
        if (id !== null) {
          turns.take(served.shareOf(tenant))
          return id
        }
        if (counts.has(tenant)) turns.pass()
        else turns.drop()
      }
      return null
    }

    return {
      next() {
        const { turns } = ready
        for (let looks = turns.size; looks > 0; looks -= 1) {
          const operation = turns.first() ?? ''
          const tenants = ready.operations.has(operation) ? ready.of(operation) : undefined
          const terms = tenants === undefined ? null : termsOf(operation)
          const id = tenants === undefined || terms === null ? null : nextOf(operation, tenants)
          if (id !== null && terms !== null) {
            turns.take(1)
            return { id, terms }
          }
          if (tenants === undefined) turns.drop()
          else turns.pass()
        }
        return null
      },
    }
  }
}

/** A page grows with each one that was not enough. */
const pageGrowth = 2
const pageAtMost = 1_000

function createQueues(db: Database) {
  const read = db.prepare(
    `SELECT id, rank FROM jobs INDEXED BY jobs_ready
     WHERE stage = 1 AND operation = ? AND tenant = ? AND (rank, id) > (?, ?)
     ORDER BY rank, id LIMIT ?`,
  )

  return (operation: string, tenant: string, firstSize: number): Queue => {
    let size = firstSize
    let last: readonly [rank: number, id: string] = [Number.MIN_SAFE_INTEGER, '']
    let page: readonly string[] = []
    let at = 0
    let isLast = false

    const fill = (): void => {
      const rows = read.rows(operation, tenant, ...last, size)
      const end = rows.at(-1)
      if (end !== undefined) last = [end[1] as number, end[0] as string]
      page = rows.map((row) => row[0] as string)
      at = 0
      isLast = rows.length < size
      size = Math.min(pageAtMost, size * pageGrowth)
    }

    return {
      next() {
        if (at >= page.length && !isLast) fill()
        const id = page[at] ?? null
        at += 1
        return id
      },
    }
  }
}
