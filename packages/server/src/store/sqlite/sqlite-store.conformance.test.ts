import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../ports/store.ts'
import { storeConformance } from '../conformance/store-conformance.ts'
import { openInlineSqliteStore } from './testing/inline.ts'
import { openSqliteStore } from './open.ts'
import { systemClock, systemRandom } from './system.ts'

storeConformance('SQLite in a thread', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'buzzer-store-'))
  const store = await openSqliteStore({ folder })
  return removing(store, folder)
})

storeConformance(
  'SQLite in line',
  () => openInlineSqliteStore({ folder: ':memory:', clock: systemClock, random: systemRandom }),
  { sequences: 1_500 },
)

/** The folder goes with the store. */
const removing = (store: Store, folder: string): Store => ({
  ...store,
  async [Symbol.asyncDispose]() {
    await store[Symbol.asyncDispose]()
    rmSync(folder, { recursive: true })
  },
})
