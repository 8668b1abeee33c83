import type { Clock } from '../../../ports/clock.ts'
import type { Log } from '../../../ports/log.ts'
import type { Random } from '../../../ports/random.ts'
import { StoreUnavailable, type Store } from '../../../ports/store.ts'
import { createFileBlobs } from '../blobs/file-blobs.ts'
import { createCaller, type Caller } from '../caller.ts'
import { inMemory, makeFolder } from '../connection.ts'
import { lockFolder } from '../lock.ts'
import { createStore } from '../port.ts'
import { createServed } from '../served.ts'
import { startService } from '../service.ts'
import { createMemoryBlobs } from './memory-blobs.ts'

export interface InlineSqliteStoreOptions {
  /** The data folder, or ':memory:' for one that is gone when it is closed. */
  readonly folder: string
  readonly clock: Pick<Clock, 'now' | 'after'>
  readonly random: Pick<Random, 'bytes'>
  readonly log?: Log
  readonly maxBytes?: number
}

const silent: Log = { debug() {}, info() {}, warn() {}, error() {} }

/**
 * The same store in the caller's thread, under the caller's clock and random, for simulations:
 * what happens depends on nothing else. Commands of one turn are still one batch.
 */
export async function openInlineSqliteStore(options: InlineSqliteStoreOptions): Promise<Store> {
  const { folder, clock, random, log = silent, maxBytes = null } = options
  const isFile = folder !== inMemory
  if (isFile) makeFolder(folder)
  const lock = isFile ? lockFolder(folder) : null
  const place = { folder, maxBytes }
  const service = startService({ place, clock, random, log, served: createServed() })
  const caller: Caller = createCaller({
    send: (message) => caller.receive(service.handle([message])),
    schedule: queueMicrotask,
  })

  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    await caller.drain()
    caller.fail(new StoreUnavailable('The store is closed.'))
    service[Symbol.dispose]()
    lock?.[Symbol.dispose]()
  }
  const blobs = isFile ? createFileBlobs(options) : createMemoryBlobs(options)
  return createStore(caller, blobs, () => (closing ??= close()))
}
