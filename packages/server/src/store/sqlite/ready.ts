import { createTurns, type Turns } from '../../core/turns.ts'

/**
 * Who has runnable jobs, and whose turn it is to have one claimed: operations go round, and within
 * an operation its tenants do.
 */
export interface Ready {
  /** Operations with a runnable job. */
  readonly operations: ReadonlySet<string>
  readonly turns: Turns
  of(operation: string): TenantsReady | undefined
  add(operation: string, tenant: string, change: number): void
}

export interface TenantsReady {
  /** Of an operation, by tenant; without those that have none. */
  readonly counts: ReadonlyMap<string, number>
  readonly turns: Turns
}

interface Counted extends TenantsReady {
  readonly counts: Map<string, number>
}

/** Turns do not go back with a transaction: all that this could change is who comes first. */
export function createReady(): Ready {
  const operations = new Set<string>()
  const turns = createTurns()
  const byOperation = new Map<string, Counted>()

  const countedOf = (operation: string): Counted => {
    const known = byOperation.get(operation)
    if (known !== undefined) return known
    const counted = { counts: new Map<string, number>(), turns: createTurns() }
    byOperation.set(operation, counted)
    return counted
  }

  return {
    operations,
    turns,
    of: (operation) => byOperation.get(operation),
    add(operation, tenant, change) {
      const { counts, turns: tenants } = countedOf(operation)
      const before = counts.get(tenant) ?? 0
      const count = before + change
      if (count !== 0) counts.set(tenant, count)
      else counts.delete(tenant)
      if (before === 0) {
        tenants.join(tenant)
        operations.add(operation)
        turns.join(operation)
      }
      if (counts.size === 0) operations.delete(operation)
    },
  }
}
