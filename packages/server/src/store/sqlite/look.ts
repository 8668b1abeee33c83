import type { StoreLook } from '../../ports/store-files.ts'
import { blobPath } from './blobs/place.ts'
import type { Database, Value } from './database.ts'
import { stage } from './stage.ts'

/** What a store holds, counted in the transaction of the connection that is given. */
export function lookInto(db: Database): StoreLook {
  const one = (sql: string): Value => db.prepare(sql).row()?.[0] ?? null
  const count = (sql: string): number => Number(one(`SELECT count(*) FROM ${sql}`))
  const schema = Number(db.pragma('user_version'))
  const engine = String(one('SELECT sqlite_version()'))
  // A server that was stopped in its first moment leaves a file without tables.
  if (schema === 0)
    return {
      schema,
      engine,
      counts: { jobs: 0, unfinishedJobs: 0, events: 0 },
      newestJobAt: null,
      blobs: [],
    }
  return {
    schema,
    engine,
    counts: {
      jobs: count('jobs'),
      unfinishedJobs: count(`jobs WHERE stage < ${stage.succeeded}`),
      events: count('events'),
    },
    newestJobAt: one('SELECT created_at FROM jobs ORDER BY id DESC LIMIT 1') as number | null,
    blobs: db
      .prepare('SELECT id, bytes FROM blobs ORDER BY id')
      .rows()
      .map(([id, bytes]) => ({ path: blobPath(String(id)), bytes: Number(bytes) })),
  }
}
