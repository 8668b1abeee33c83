import { createIdSource, type JobId } from '@buzzer/contract'
import { expect } from 'vitest'
import { newJob, type Job, type JobOrder, type Queued, type Running } from '../../core/job.ts'
import type { Input, Result } from '../../core/payload.ts'
import { transition, type JobInput } from '../../core/transition.ts'
import type {
  Accept,
  Acceptance,
  ServedOperation,
  Settled,
  Settlement,
  Shares,
  Store,
} from '../../ports/store.ts'

/** Opens an empty store that shares nothing with those opened before. */
export type OpenStore = () => Promise<Store>

export const node = 'node-1'
export const tenant = 'default'
export const minuteMs = 60_000

const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count))
const ids = createIdSource(Date.now, randomBytes)
export const freshId = (): JobId => ids.next('job')

export interface JobWish extends Partial<JobOrder> {
  readonly dueAt?: number
}

export function sampleJob({ dueAt, ...wish }: JobWish = {}): Queued {
  const createdAt = wish.createdAt ?? Date.now()
  const order: JobOrder = {
    id: freshId(),
    tenant,
    client: null,
    operation: 'render',
    priority: 4,
    key: null,
    tags: [],
    trace: null,
    batch: null,
    createdAt,
    deadlineAt: null,
    maxAttempts: 5,
    ...wish,
  }
  return newJob(order, dueAt ?? createdAt)
}

const utf8 = new TextEncoder()

export const sampleInput = (text = '{"pages":3}'): Input => ({
  mediaType: 'application/json',
  body: utf8.encode(text),
  request: null,
})

export const sampleResult = (text = '{"ok":true}'): Result => ({
  status: 200,
  mediaType: 'application/json',
  headers: [['x-pages', '3']],
  body: utf8.encode(text),
})

export const terms = (operation: string, wish: Partial<ServedOperation> = {}): ServedOperation => ({
  operation,
  concurrency: null,
  leaseMs: minuteMs,
  timeoutMs: minuteMs,
  ...wish,
})

export const serve = (store: Store, ...operations: readonly (string | ServedOperation)[]) =>
  serveShared(store, {}, ...operations)

/** @param shares of tenants */
export const serveShared = (
  store: Store,
  shares: Shares,
  ...operations: readonly (string | ServedOperation)[]
) =>
  store.leases.serve(
    node,
    operations.map((each) => (typeof each === 'string' ? terms(each) : each)),
    shares,
  )

export const accept = (store: Store, job: Queued, wish: Partial<Accept> = {}) =>
  store.intake.accept({
    job,
    input: null,
    idempotency: null,
    claimFor: null,
    callback: null,
    ...wish,
  })

/** Accepts jobs one after the other and gives their ids. */
export async function acceptAll(store: Store, wishes: readonly JobWish[]): Promise<JobId[]> {
  const jobs = wishes.map(sampleJob)
  await Promise.all(jobs.map((job) => accept(store, job)))
  return jobs.map((job) => job.id)
}

export function jobOf(acceptance: Acceptance): Job {
  if (!('job' in acceptance)) throw new Error(`The key stands in the way: ${acceptance.kind}.`)
  return acceptance.job
}

export async function claim(store: Store, max = 100, except: readonly string[] = []) {
  const { claimed } = await store.leases.claim({ node, max, except })
  return claimed.map(({ job }) => job)
}

export async function claimOne(store: Store): Promise<Running> {
  const [job] = await claim(store, 1)
  if (job === undefined) throw new Error('There was nothing to claim.')
  return job
}

/** A job that runs, by the shortest way. */
export async function running(
  store: Store,
  wish: JobWish = {},
  more: Partial<Accept> = {},
): Promise<Running> {
  const job = sampleJob(wish)
  await serve(store, job.operation)
  await accept(store, job, more)
  return claimOne(store)
}

/** Settles with what the core makes of the input, as a worker does. */
export function settle(
  store: Store,
  job: Running,
  input: JobInput,
  wish: Partial<Settlement> = {},
): Promise<Settled> {
  const moved = transition(job, input, Date.now())
  if (moved.kind === 'refused') throw new Error(`Refused: ${moved.reason}`)
  const next = moved.job
  if (next.state === 'running' || next.state === 'input_required') throw new Error('Not an end.')
  const lease = { id: job.id, fence: job.fence }
  return store.leases.settle({ lease, next, result: null, failure: null, ...wish })
}

export const succeed = (store: Store, job: Running) =>
  settle(store, job, { kind: 'succeed' }, { result: sampleResult() })

/** @param retryAt null where another try cannot help */
export const fail = (store: Store, job: Running, retryAt: number | null) =>
  settle(store, job, { kind: 'fail', error: { code: 'handler-failed', detail: 'no' }, retryAt })

export async function read(store: Store, id: JobId): Promise<Job> {
  const found = await store.jobs.read(id)
  if (found.kind !== 'found') throw new Error(`${id} is ${found.kind}.`)
  return found.job
}

export const stateOf = async (store: Store, id: JobId): Promise<string> =>
  (await read(store, id)).state

export async function depthOf(store: Store, operation = 'render') {
  const depths = await store.upkeep.depths()
  return depths.find((depth) => depth.operation === operation)
}

/** What the store itself says must hold whatever was done to it. */
export async function expectSound(store: Store): Promise<void> {
  expect(await store.upkeep.audit()).toEqual([])
}
