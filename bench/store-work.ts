import { randomBytes } from 'node:crypto'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdSource } from '@buzzer/contract'
import {
  newJob,
  type JobOrder,
  type Queued,
  type Running,
} from '../packages/server/src/core/job.ts'
import { succeeded } from '../packages/server/src/core/next.ts'
import type { Store } from '../packages/server/src/ports/store.ts'
import { openSqliteStore } from '../packages/server/src/store/sqlite/open.ts'

/** The least of a job that the store can be given, and what is done with it through the port. */

export const node = 'bench'
const day = 86_400_000
const input = {
  mediaType: 'application/json',
  body: Buffer.from('{"n":1,"name":"a"}'),
  request: null,
}
const result = { status: 200, mediaType: 'application/json', headers: [], body: Buffer.from('{}') }
const ids = createIdSource(Date.now, randomBytes)
const requestHash = randomBytes(16)

/** In no order, and cheap to make, so that it is the store that is measured. */
export const randomKey = (): string => `${Math.random()}/${Math.random()}`

type Wish = Partial<Pick<JobOrder, 'operation' | 'key'>>

function job({ operation = 'no-op', key = null }: Wish): Queued {
  const createdAt = Date.now()
  const order: JobOrder = {
    id: ids.next('job'),
    tenant: 'default',
    client: null,
    operation,
    priority: 4,
    key,
    tags: [],
    trace: null,
    batch: null,
    createdAt,
    deadlineAt: null,
    maxAttempts: 5,
  }
  return newJob(order, createdAt)
}

interface AcceptWish extends Wish {
  readonly idempotencyKey?: string
  /** Stored as claimed already. */
  readonly claimed?: boolean
}

export const accept = (store: Store, wish: AcceptWish = {}) =>
  store.intake.accept({
    job: job(wish),
    input,
    idempotency:
      wish.idempotencyKey === undefined
        ? null
        : { key: wish.idempotencyKey, requestHash, expiresAt: Date.now() + day },
    claimFor: wish.claimed === true ? node : null,
    callback: null,
  })

export const settle = (store: Store, running: Running) =>
  store.leases.settle({
    lease: { id: running.id, fence: running.fence },
    next: succeeded(running, Date.now()),
    result,
    failure: null,
  })

/** Accepted as claimed already, and succeeded. */
export async function life(store: Store): Promise<void> {
  const acceptance = await accept(store, { claimed: true })
  if (acceptance.kind !== 'accepted' || acceptance.job.state !== 'running') {
    throw new Error('The job was not claimed at once.')
  }
  await settle(store, acceptance.job)
}

const terms = { leaseMs: 30_000, timeoutMs: 30_000 }

/** Tells the store what this process runs. */
export const serve = (store: Store, concurrency: Readonly<Record<string, number | null>>) =>
  store.leases.serve(
    node,
    Object.entries(concurrency).map(([operation, most]) => ({
      operation,
      concurrency: most,
      ...terms,
    })),
  )

export interface OpenStore extends AsyncDisposable {
  readonly store: Store
  readonly folder: string
}

/** A store on disk in a folder of its own that goes when it is disposed of. */
export async function openStore(): Promise<OpenStore> {
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-bench-'))
  parts.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const store = parts.use(await openSqliteStore({ folder }))
  const owned = parts.move()
  return { store, folder, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

/** Does it so many times, so many at once. @returns how many a second */
export async function times(
  count: number,
  flights: number,
  work: () => Promise<unknown>,
): Promise<number> {
  let left = count
  const fly = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      await work()
    }
  }
  const started = performance.now()
  await Promise.all(Array.from({ length: flights }, fly))
  return count / ((performance.now() - started) / 1_000)
}
