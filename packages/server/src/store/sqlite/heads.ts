import type { ServedOperation } from '../../ports/store.ts'
import type { Database } from './database.ts'
import type { Gates } from './served.ts'

/** The runnable jobs of several operations as one line, in the order of their rank. */
export interface Line {
  /** @returns null at the end, or when every operation left is at its limit */
  next(): Candidate | null
}

export interface Candidate {
  readonly id: string
  readonly rank: number
  readonly terms: ServedOperation
}

interface Head {
  readonly terms: ServedOperation
  /** A page of its queue; the last one read when it is shorter than asked for. */
  page: readonly Candidate[]
  at: number
  isLast: boolean
}

/**
 * Looks at the front of each operation's queue only, so that what stands far behind or is blocked
 * costs nothing.
 */
export function createLine(db: Database, gates: Gates) {
  const read = db.prepare(
    `SELECT id, rank FROM jobs INDEXED BY jobs_ready
     WHERE stage = 1 AND operation = ? AND (rank, id) > (?, ?) ORDER BY rank, id LIMIT ?`,
  )

  const fill = (head: Head, size: number): void => {
    const last = head.page.at(-1)
    const after: readonly [number, string] =
      last === undefined ? [Number.MIN_SAFE_INTEGER, ''] : [last.rank, last.id]
    const { terms } = head
    const rows = read.rows(terms.operation, ...after, size)
    head.page = rows.map((row) => ({ id: row[0] as string, rank: row[1] as number, terms }))
    head.at = 0
    head.isLast = rows.length < size
  }

  return (operations: readonly ServedOperation[], max: number): Line => {
    const size = Math.max(1, Math.ceil((2 * max) / Math.max(1, operations.length)))
    const heads = operations.map((terms): Head => ({ terms, page: [], at: 0, isLast: false }))

    const front = (head: Head): Candidate | undefined => {
      if (head.at >= head.page.length && !head.isLast) fill(head, size)
      return head.page[head.at]
    }

    return {
      next() {
        let best: Head | undefined
        let bestFront: Candidate | undefined
        for (const head of heads) {
          const candidate = gates.isFull(head.terms) ? undefined : front(head)
          if (candidate === undefined) continue
          if (bestFront === undefined || isBefore(candidate, bestFront)) {
            best = head
            bestFront = candidate
          }
        }
        if (best === undefined || bestFront === undefined) return null
        best.at += 1
        return bestFront
      },
    }
  }
}

const isBefore = (a: Candidate, b: Candidate): boolean =>
  a.rank === b.rank ? a.id < b.id : a.rank < b.rank
