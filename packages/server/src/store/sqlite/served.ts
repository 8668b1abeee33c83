import { newLease } from '../../core/lease.ts'
import type { Millis } from '../../core/time.ts'
import type { NewLease } from '../../core/lease.ts'
import type { ServedOperation, Shares } from '../../ports/store.ts'
import { stage } from './stage.ts'
import type { Tally } from './tally.ts'

/**
 * Which node runs what. It is kept in memory only: the nodes of this store live in this process,
 * and say it again when they start.
 */
export interface Served {
  /** @param shares null to leave them as they are */
  serve(node: string, terms: readonly ServedOperation[], shares: Shares | null): void
  terms(node: string, operation: string): ServedOperation | undefined
  /** By whichever node. */
  byAny(operation: string): ServedOperation | undefined
  /** How many turns a tenant has in a round. */
  shareOf(tenant: string): number
  /** The longest lease that is given, in milliseconds; 0 where none is. */
  longestLeaseMs(): number
  /** The shortest one; infinite where none is. */
  shortestLeaseMs(): number
}

type Terms = ReadonlyMap<string, ServedOperation>

export function createServed(): Served {
  const nodes = new Map<string, Terms>()
  const leases = (): number[] =>
    [...nodes.values()].flatMap((terms) => [...terms.values()].map(({ leaseMs }) => leaseMs))
  let shareByTenant: ReadonlyMap<string, number> = new Map()
  return {
    serve(node, terms, shares) {
      if (shares !== null) shareByTenant = new Map(Object.entries(shares))
      nodes.set(node, new Map(terms.map((each) => [each.operation, each])))
    },
    terms: (node, operation) => nodes.get(node)?.get(operation),
    byAny(operation) {
      for (const terms of nodes.values()) {
        const found = terms.get(operation)
        if (found !== undefined) return found
      }
      return undefined
    },
    shareOf: (tenant) => shareByTenant.get(tenant) ?? 1,
    longestLeaseMs: () => Math.max(0, ...leases()),
    shortestLeaseMs: () => Math.min(Infinity, ...leases()),
  }
}

/** The gates that say whether one more job of an operation may run now. */
export interface Gates {
  isFull(terms: ServedOperation): boolean
  /** How many more of it may run. */
  room(terms: ServedOperation): number
  /** The lease of a job that nothing stands in the way of, else null. */
  leaseFor(
    node: string,
    job: { readonly operation: string; readonly deadlineAt: Millis | null },
    now: Millis,
  ): NewLease | null
}

export function createGates(served: Served, tally: Tally): Gates {
  const room = ({ operation, concurrency }: ServedOperation): number =>
    concurrency === null ? Infinity : concurrency - tally.count(operation, stage.leased)
  const isFull = (terms: ServedOperation): boolean => room(terms) <= 0

  /** A runnable job that this node could take has the better right to its slot. */
  const isContended = (node: string): boolean => {
    for (const operation of tally.ready.operations) {
      const terms = served.terms(node, operation)
      if (terms !== undefined && !isFull(terms)) return true
    }
    return false
  }

  return {
    isFull,
    room,
    leaseFor(node, job, now) {
      const terms = served.terms(node, job.operation)
      if (terms === undefined || isFull(terms)) return null
      if (job.deadlineAt !== null && job.deadlineAt <= now) return null
      return isContended(node) ? null : newLease(job, terms, node, now)
    },
  }
}
