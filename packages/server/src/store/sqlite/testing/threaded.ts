import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Store } from '../../../ports/store.ts'
import { openSqliteStore } from '../open.ts'

/** A store in a thread, in a folder of its own that goes with it. */
export async function openThreadedStore(): Promise<Store> {
  const folder = mkdtempSync(join(tmpdir(), 'buzzer-store-'))
  const store = await openSqliteStore({ folder })
  return {
    ...store,
    async [Symbol.asyncDispose]() {
      await store[Symbol.asyncDispose]()
      rmSync(folder, { recursive: true })
    },
  }
}
