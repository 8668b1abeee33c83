import { randomBytes } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createIdSource } from '@buzzer/contract'
import { newJob, type Queued, type Running } from '../packages/server/src/core/job.ts'
import { succeeded } from '../packages/server/src/core/next.ts'
import type { Store } from '../packages/server/src/ports/store.ts'
import { openSqliteStore } from '../packages/server/src/store/sqlite/open.ts'

/**
 * What the embedded store does through its port alone, on disk with fsync: accepts, accepts with a
 * new idempotency key each, and whole lives (accepted as already claimed, then succeeded).
 *
 *     node bench/store.ts [seconds for each figure, default 2]
 */

const seconds = Number(process.argv[2] ?? 2)
const operation = 'no-op'
const node = 'bench'
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
const randomKey = (): string => `${Math.random()}/${Math.random()}`

function job(): Queued {
  const createdAt = Date.now()
  const order = {
    id: ids.next('job'),
    tenant: 'default',
    client: null,
    operation,
    priority: 4,
    key: null,
    tags: [],
    trace: null,
    createdAt,
    deadlineAt: null,
    maxAttempts: 5,
  }
  return newJob(order, createdAt)
}

const accept = (store: Store, key: string | null, claimFor: string | null) =>
  store.intake.accept({
    job: job(),
    input,
    idempotency: key === null ? null : { key, requestHash, expiresAt: Date.now() + day },
    claimFor,
  })

const settle = (store: Store, running: Running) =>
  store.leases.settle({
    lease: { id: running.id, fence: running.fence },
    next: succeeded(running, Date.now()),
    result,
    failure: null,
  })

async function life(store: Store): Promise<void> {
  const acceptance = await accept(store, null, node)
  if (acceptance.kind !== 'accepted' || acceptance.job.state !== 'running') {
    throw new Error('The job was not claimed at once.')
  }
  await settle(store, acceptance.job)
}

const works: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'accepts': (store) => accept(store, null, null),
  'accepts with keys': (store) => accept(store, randomKey(), null),
  'whole lives': life,
}

interface Figure {
  readonly perSecond: number
  /** The share of one core that this thread spent. */
  readonly mainShare: number
  readonly p99Ms: number
}

async function measure(work: (store: Store) => Promise<unknown>, flights: number): Promise<Figure> {
  const folder = mkdtempSync(join(tmpdir(), 'buzzer-bench-'))
  try {
    await using store = await openSqliteStore({ folder })
    await store.leases.serve(node, [
      { operation, concurrency: null, leaseMs: 30_000, timeoutMs: 30_000 },
    ])
    await run(store, work, flights, seconds / 4)
    return await run(store, work, flights, seconds)
  } finally {
    rmSync(folder, { recursive: true })
  }
}

async function run(
  store: Store,
  work: (store: Store) => Promise<unknown>,
  flights: number,
  forSeconds: number,
): Promise<Figure> {
  const started = performance.now()
  const cpu = process.threadCpuUsage()
  const ends = started + forSeconds * 1_000
  const latencies: number[] = []
  const fly = async (): Promise<void> => {
    for (let from = performance.now(); from < ends;) {
      await work(store)
      const now = performance.now()
      latencies.push(now - from)
      from = now
    }
  }
  await Promise.all(Array.from({ length: flights }, fly))
  const took = performance.now() - started
  const used = process.threadCpuUsage(cpu)
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    perSecond: (latencies.length / took) * 1_000,
    mainShare: (used.user + used.system) / 1_000 / took,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

print(`${'in flight'.padEnd(12)}${'work'.padEnd(20)}per second   p99 ms   main thread`)
for (const flights of [64, 256]) {
  for (const [name, work] of Object.entries(works)) {
    const { perSecond, mainShare, p99Ms } = await measure(work, flights)
    const figures = [
      Math.round(perSecond).toString().padStart(10),
      p99Ms.toFixed(1).padStart(8),
      `${Math.round(mainShare * 100)}%`.padStart(12),
    ]
    print(`${String(flights).padEnd(12)}${name.padEnd(20)}${figures.join(' ')}`)
  }
}
