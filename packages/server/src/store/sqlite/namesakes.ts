import { sharedTenant } from '../../core/channel.ts'
import type { Database } from './database.ts'

/**
 * A name stands for one channel of all tenants or for one of each tenant, as it is declared. Where
 * that changes, its readers come back to another channel with the cursor that they have: so its
 * offsets go on above those of the other ones, and no cursor stands for two places.
 *
 * @returns how to find the last offset that the channels of the other kind have given out
 */
export function createLastOfNamesakes(db: Database) {
  const readShared = db.prepare(
    'SELECT last FROM channels WHERE tenant = ? AND name = ? AND published = 1',
  )
  const readAll = db.prepare(
    'SELECT max(last) FROM channels INDEXED BY channels_named WHERE name = ? AND published = 1',
  )
  return (tenant: string, name: string): number => {
    const row = tenant === sharedTenant ? readAll.row(name) : readShared.row(sharedTenant, name)
    return Number(row?.[0] ?? 0)
  }
}
