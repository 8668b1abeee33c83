import { StoreUnavailable, type JobLookup } from '../../ports/store.ts'
import type { Handler, Parts } from './parts.ts'
import type { Database, Row } from './database.ts'
import { selectJob } from './row.ts'
import type { Quarantine } from './quarantine.ts'

export const lookup = { found: 0, expired: 1, unknown: 2 } as const

/** Finds a job, or says what is known of one that is not there. */
export function createRead({ db, quarantine }: Parts): Handler {
  const find = createFind(db, quarantine)
  return {
    writes: false,
    run(input, output) {
      const found = find(input.text())
      output.value(lookup[found.kind])
      if (found.kind === 'found') for (const value of found.row) output.value(value)
      if (found.kind === 'expired') output.value(found.tenant)
    },
  }
}

export type RowLookup =
  | { readonly kind: 'found'; readonly row: Row }
  | Exclude<JobLookup, { readonly kind: 'found' }>

/** @throws {StoreUnavailable} for one whose row cannot be read: it is not unknown */
export function createFind(db: Database, quarantine: Quarantine): (id: string) => RowLookup {
  const readJob = db.prepare(selectJob)
  const readTombstone = db.prepare('SELECT tenant FROM tombstones WHERE id = ?')
  return (id) => {
    const row = readJob.row(id)
    if (row !== undefined) return { kind: 'found', row }
    const tombstone = readTombstone.row(id)
    if (tombstone !== undefined) return { kind: 'expired', tenant: tombstone[0] as string }
    if (quarantine.has(id)) throw new StoreUnavailable(`The row of ${id} is damaged.`)
    return { kind: 'unknown' }
  }
}
