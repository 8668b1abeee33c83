import { Worker } from 'node:worker_threads'
import { StoreLocked, StoreUnavailable, type Store } from '../../ports/store.ts'
import type { Log } from '../../ports/log.ts'
import type { Telemetry } from '../../ports/telemetry.ts'
import { createFileBlobs } from './blobs/file-blobs.ts'
import { createCaller } from './caller.ts'
import type { Place } from './connection.ts'
import { createStore } from './port.ts'
import { systemClock, systemRandom } from './system.ts'
import { transferOf } from './wire.ts'
import type { FromThread, ThreadNews, ToThread } from './thread-protocol.ts'

export interface SqliteStoreOptions {
  /** The data folder; made where it is not there. */
  readonly folder: string
  readonly log?: Log
  readonly telemetry?: Pick<Telemetry, 'committed'>
  /** The database grows no further than this many bytes; by default as far as the disk goes. */
  readonly maxBytes?: number
}

/**
 * Opens the store in a thread of its own, which also renews the leases.
 *
 * @throws {StoreLocked} where another process holds the folder
 * @throws {StoreUnavailable} where the data cannot be opened, as when a newer version wrote it
 */
export async function openSqliteStore(options: SqliteStoreOptions): Promise<Store> {
  const worker = startThread({ folder: options.folder, maxBytes: options.maxBytes ?? null })
  const send = (message: ToThread): void =>
    message === 'close'
      ? worker.postMessage(message)
      : worker.postMessage(message, transferOf(message))
  const caller = createCaller({ send, schedule: setImmediate })

  const opening = Promise.withResolvers<void>()
  const ended = Promise.withResolvers<void>()
  const hear = (news: ThreadNews): void => {
    if (news.kind === 'opened') opening.resolve()
    else if (news.kind === 'log') options.log?.[news.level](news.fields, news.message)
    else if (news.kind === 'refused') opening.reject(refusal(news))
  }
  worker.on('message', (message: FromThread) => {
    if ('values' in message) {
      const commands = caller.receive(message)
      options.telemetry?.committed(commands, message.tookMs)
    } else hear(message)
  })
  const end = (error: Error): void => {
    caller.fail(error)
    opening.reject(error)
    ended.resolve()
  }
  worker.on('error', (cause) => {
    options.log?.error({ error: String(cause) }, 'the thread of the store failed')
    end(new StoreUnavailable('The thread of the store failed.', { cause }))
  })
  worker.on('exit', () => end(new StoreUnavailable('The store is closed.')))

  let closing: Promise<void> | null = null
  const close = async (): Promise<void> => {
    await caller.drain()
    send('close')
    await ended.promise
  }
  await opening.promise
  const { folder } = options
  const blobs = createFileBlobs({ folder, clock: systemClock, random: systemRandom })
  return createStore(caller, blobs, () => (closing ??= close()))
}

/**
 * Of a batch nothing lives on once it is answered, so that more room for what is young makes nothing
 * faster here; by itself it grows to three times as much and stays there.
 */
const maxYoungGenerationSizeMb = 24

/** The module of the thread has this module's ending, whether it was compiled or not. */
function startThread(place: Place): Worker {
  const module = import.meta.url.endsWith('.ts')
    ? new URL('./thread.ts', import.meta.url)
    : new URL('./thread.js', import.meta.url)
  return new Worker(module, { workerData: place, resourceLimits: { maxYoungGenerationSizeMb } })
}

const refusal = (news: { readonly locked: boolean; readonly message: string }): Error =>
  news.locked ? new StoreLocked(news.message) : new StoreUnavailable(news.message)
