import type { Millis } from '../../core/time.ts'
import type { Database } from './database.ts'
import { hashOf, type Seed } from './hash.ts'
import { createKeyIndex } from './key-index.ts'
import type { Follower } from './tally.ts'

/** Finds and keeps what an idempotency key stands for. */
export interface Idempotency extends Follower {
  /** @returns what was stored under the key, unless its time is over */
  find(scope: KeyScope, now: Millis): StoredKey | null
  add(scope: KeyScope, stored: StoredKey, expiresAt: Millis): void
  /** Before the commit: moves some of what came into its place on disk. */
  flush(): void
}

export interface KeyScope {
  readonly tenant: string
  readonly operation: string
  readonly key: string
}

export interface StoredKey {
  readonly requestHash: Uint8Array
  readonly job: string
}

/** @param hash stands in for the real one, so that collisions can be tried */
export function createIdempotency(
  db: Database,
  seed: Seed,
  hash: (text: string, seed: Seed) => number = hashOf,
): Idempotency {
  const index = createKeyIndex(db)
  const read = db.prepare(
    'SELECT tenant, operation, key, request_hash, job, expires_at FROM keys WHERE entry = ?',
  )
  const insert = db.prepare(
    `INSERT INTO keys (entry, hash, tenant, operation, key, request_hash, job, expires_at)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )

  const hashOfScope = ({ tenant, operation, key }: KeyScope): number =>
    hash(`${key}\n${operation}\n${tenant}`, seed)

  return {
    find(scope, now) {
      for (const entry of index.candidates(hashOfScope(scope))) {
        const row = read.row(entry)
        // Only the whole key decides: hashes may collide, and an entry may be gone already.
        if (row === undefined || (row[5] as number) <= now) continue
        if (row[2] !== scope.key || row[1] !== scope.operation || row[0] !== scope.tenant) continue
        return { requestHash: row[3] as Uint8Array, job: row[4] as string }
      }
      return null
    },
    add(scope, { requestHash, job }, expiresAt) {
      const value = hashOfScope(scope)
      const { tenant, operation, key } = scope
      insert.run(index.add(value), value, tenant, operation, key, requestHash, job, expiresAt)
    },
    flush: index.sweep,
    mark: index.mark,
    undo: index.undo,
    commit: index.commit,
  }
}
