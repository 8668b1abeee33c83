import type { JobId } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Running } from '../../core/job.ts'
import type { Store } from '../../ports/store.ts'
import {
  accept,
  claim,
  expectSound,
  fail,
  jobOf,
  minuteMs,
  node,
  read,
  sampleJob,
  serve,
  settle,
  succeed,
  tenant,
  terms,
  type OpenStore,
} from './sample.ts'

/** What a simple list of jobs says must happen; it knows nothing of ranks, which have a test. */
interface ModelJob {
  readonly id: JobId
  readonly operation: string
  readonly key: string | null
  /** Its place behind its key. */
  place: number
  phase: 'waiting' | 'delayed' | 'running' | 'failed' | 'ended'
  held: Running | null
}

const limits: Readonly<Record<string, number | null>> = { a: null, b: 2 }

interface World {
  readonly store: Store
  readonly jobs: ModelJob[]
  places: number
}

const isLive = ({ phase }: ModelJob): boolean => phase !== 'failed' && phase !== 'ended'

const isHead = ({ jobs }: World, job: ModelJob): boolean =>
  job.key === null ||
  !jobs.some(
    (other) =>
      other.key === job.key &&
      other.operation === job.operation &&
      isLive(other) &&
      other.place < job.place,
  )

const room = ({ jobs }: World, operation: string): number =>
  (limits[operation] ?? Infinity) -
  jobs.filter((job) => job.operation === operation && job.phase === 'running').length

const claimable = (world: World, operation: string): readonly ModelJob[] =>
  world.jobs.filter(
    (job) => job.operation === operation && job.phase === 'waiting' && isHead(world, job),
  )

const claimableCount = (world: World): number =>
  Object.keys(limits).reduce(
    (sum, operation) => sum + Math.min(claimable(world, operation).length, room(world, operation)),
    0,
  )

type Step = (world: World) => Promise<void>

interface Wish {
  readonly operation: string
  readonly key: string | null
  readonly priority: number
  readonly far: boolean
  readonly free: boolean
}

const acceptStep =
  ({ operation, key, priority, far, free }: Wish): Step =>
  async (world) => {
    const dueAt = Date.now() + (far ? minuteMs : 0)
    const job = sampleJob({ operation, key, priority, dueAt })
    const contended = claimableCount(world) > 0
    world.places += 1
    const model: ModelJob = {
      id: job.id,
      operation,
      key,
      place: world.places,
      phase: far ? 'delayed' : 'waiting',
      held: null,
    }
    world.jobs.push(model)
    const isOpen = isHead(world, model) && room(world, operation) > 0
    const stored = jobOf(await accept(world.store, job, { claimFor: free ? node : null }))
    const expected = free && !far && isOpen && !contended ? 'running' : 'queued'
    expect(stored.state).toBe(expected)
    if (stored.state === 'running') Object.assign(model, { phase: 'running', held: stored })
  }

const claimStep =
  (max: number): Step =>
  async (world) => {
    const expected = Math.min(max, claimableCount(world))
    const claimed = await claim(world.store, max)
    expect(claimed).toHaveLength(expected)
    for (const job of claimed) {
      const model = world.jobs.find(({ id }) => id === job.id)
      expect(model).toMatchObject({ phase: 'waiting' })
      expect(model !== undefined && isHead(world, model)).toBe(true)
      expect(room(world, job.operation)).toBeGreaterThan(0)
      Object.assign(model ?? {}, { phase: 'running', held: job })
    }
  }

const ends = {
  succeed: async ({ store }: World, job: Running) => succeed(store, job),
  fail: async ({ store }: World, job: Running) => fail(store, job, null),
  again: async ({ store }: World, job: Running) => fail(store, job, Date.now()),
  later: async ({ store }: World, job: Running) => fail(store, job, Date.now() + minuteMs),
  release: async ({ store }: World, job: Running) =>
    settle(store, job, { kind: 'release', dueAt: Date.now() }),
} as const

const phaseAfter = {
  succeed: 'ended',
  fail: 'failed',
  again: 'waiting',
  later: 'delayed',
  release: 'waiting',
} as const

const settleStep =
  (how: keyof typeof ends, pick: number): Step =>
  async (world) => {
    const running = world.jobs.filter(({ phase }) => phase === 'running')
    const model = running[pick % Math.max(1, running.length)]
    if (model === undefined || model.held === null) return
    expect(await ends[how](world, model.held)).toBe('settled')
    expect(await ends[how](world, model.held)).toBe('lease-lost')
    model.phase =
      (await read(world.store, model.id)).state === 'failed' ? 'failed' : phaseAfter[how]
    model.held = null
  }

const cancelStep =
  (pick: number): Step =>
  async (world) => {
    const model = world.jobs[pick % Math.max(1, world.jobs.length)]
    if (model === undefined || model.phase === 'running') return
    const { kind } = await world.store.jobs.cancel(tenant, model.id)
    expect(kind).toBe(isLive(model) ? 'changed' : 'refused')
    if (isLive(model)) model.phase = 'ended'
  }

const retryStep =
  (pick: number): Step =>
  async (world) => {
    const model = world.jobs[pick % Math.max(1, world.jobs.length)]
    if (model === undefined) return
    const { kind } = await world.store.jobs.retry(tenant, model.id)
    expect(kind).toBe(model.phase === 'failed' ? 'changed' : 'refused')
    if (kind !== 'changed') return
    world.places += 1
    Object.assign(model, { phase: 'waiting', place: world.places })
  }

const pick = fc.nat({ max: 50 })
const wish = fc.record({
  operation: fc.constantFrom('a', 'b'),
  key: fc.constantFrom(null, null, 'k', 'l'),
  priority: fc.integer({ min: 0, max: 9 }),
  far: fc.boolean(),
  free: fc.boolean(),
})
const how = fc.constantFrom(...(Object.keys(ends) as (keyof typeof ends)[]))
const step = fc.oneof(
  wish.map(acceptStep),
  wish.map(acceptStep),
  fc.integer({ min: 1, max: 4 }).map(claimStep),
  fc.tuple(how, pick).map(([which, index]) => settleStep(which, index)),
  pick.map(cancelStep),
  pick.map(retryStep),
)

export function modelSuite(open: OpenStore): void {
  it('agrees with it after every step, whatever the steps', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 60 }), async (steps) => {
      await using store = await open()
      await serve(
        store,
        ...Object.entries(limits).map(([name, concurrency]) => terms(name, { concurrency })),
      )
      const world: World = { store, jobs: [], places: 0 }
      for (const take of steps) await take(world)
      await expectCounts(world)
      await expectSound(store)
    })
    await fc.assert(property, { numRuns: 20 })
  })
}

async function expectCounts(world: World): Promise<void> {
  const depths = await world.store.upkeep.depths()
  for (const { operation, ready, delayed, blocked, running } of depths) {
    const live = world.jobs.filter((job) => job.operation === operation && isLive(job))
    const heads = live.filter((job) => isHead(world, job))
    expect({ operation, ready, delayed, blocked, running }).toEqual({
      operation,
      ready: heads.filter(({ phase }) => phase === 'waiting').length,
      delayed: heads.filter(({ phase }) => phase === 'delayed').length,
      blocked: live.length - heads.length,
      running: live.filter(({ phase }) => phase === 'running').length,
    })
  }
}
