import type { Millis } from '../../core/time.ts'
import type { Database } from './database.ts'
import { hashOf, type Seed } from './hash.ts'
import { createKeyIndex } from './key-index.ts'
import type { Follower } from './tally.ts'

/** Finds and keeps what an idempotency key stands for. */
export interface Idempotency extends Follower {
  locate(tenant: string, operation: string, key: string): KeyPlace
  /** @returns what was stored under the key, unless its time is over */
  find(place: KeyPlace, now: Millis): StoredKey | null
  add(place: KeyPlace, stored: StoredKey, expiresAt: Millis): void
  /** Before the commit: moves some of what came into its place on disk. */
  flush(): void
}

/** A key in its scope, with the hash by which it is found. */
interface KeyPlace {
  readonly tenant: string
  readonly operation: string
  readonly key: string
  readonly hash: number
}

interface StoredKey {
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

  return {
    locate: (tenant, operation, key) => ({
      tenant,
      operation,
      key,
      hash: hash(`${key}\n${operation}\n${tenant}`, seed),
    }),
    find(place, now) {
      for (const entry of index.candidates(place.hash)) {
        const row = read.row(entry)
        // Only the whole key decides: hashes may collide, and an entry may be gone already.
        if (row === undefined || (row[5] as number) <= now) continue
        if (row[2] !== place.key || row[1] !== place.operation || row[0] !== place.tenant) continue
        return { requestHash: row[3] as Uint8Array, job: row[4] as string }
      }
      return null
    },
    add({ tenant, operation, key, hash: value }, { requestHash, job }, expiresAt) {
      insert.run(index.add(value), value, tenant, operation, key, requestHash, job, expiresAt)
    },
    flush: index.sweep,
    mark: index.mark,
    undo: index.undo,
    commit: index.commit,
  }
}
