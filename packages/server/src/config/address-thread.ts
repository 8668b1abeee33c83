import { parentPort, workerData } from 'node:worker_threads'

/** A worker thread: runs a configuration and tells where it says that the server listens. */

interface Module {
  readonly default?: { readonly host?: unknown; readonly port?: unknown } | null
}

/** What may be anything, and could not all be sent to another thread. */
const plain = (value: unknown): unknown =>
  typeof value === 'string' || typeof value === 'number' ? value : undefined

const tell = ({ default: options }: Module): void =>
  parentPort?.postMessage({ host: plain(options?.host), port: plain(options?.port) })

// Not awaited here, because Node warns on standard error of a module that never ends.
void import(workerData as string).then(tell)
