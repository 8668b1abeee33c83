import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Running } from '../../core/job.ts'
import {
  claimable,
  claimableCount,
  countTurn,
  isFirst,
  isHead,
  isLive,
  limits,
  room,
  shares,
  tenants,
  type ModelJob,
  type World,
} from './model-world.ts'
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
  serveShared,
  settle,
  succeed,
  terms,
  type OpenStore,
} from './sample.ts'

type Step = (world: World) => Promise<void>

interface Wish {
  readonly operation: string
  readonly tenant: string
  readonly key: string | null
  readonly priority: number
  readonly far: boolean
  readonly free: boolean
}

const acceptStep =
  ({ far, free, ...wish }: Wish): Step =>
  async (world) => {
    const dueAt = Date.now() + (far ? minuteMs : 0)
    const job = sampleJob({ ...wish, dueAt })
    const contended = claimableCount(world) > 0
    world.places += 1
    const phase = far ? 'delayed' : 'waiting'
    const { id } = job
    const model: ModelJob = { ...wish, id, place: world.places, dueAt, phase, held: null }
    world.jobs.push(model)
    const isOpen = isHead(world, model) && room(world, wish.operation) > 0
    if (!isHead(world, model)) model.dueAt = null
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
    for (const job of claimed) takeClaimed(world, job)
  }

/** It was to be had, nothing of its queue was before it, and nobody else's turn was passed over. */
function takeClaimed(world: World, job: Running): void {
  const model = world.jobs.find(({ id }) => id === job.id)
  if (model === undefined) throw new Error(`${job.id} was never accepted.`)
  expect(model.phase).toBe('waiting')
  expect(isHead(world, model)).toBe(true)
  expect(room(world, job.operation)).toBeGreaterThan(0)
  const ready = claimable(world, job.operation)
  const ownQueue = ready.filter(({ tenant }) => tenant === job.tenant)
  expect(ownQueue.filter((other) => isFirst(other, model))).toEqual([])
  expectTurn(world, model)
  Object.assign(model, { phase: 'running', held: job })
}

function expectTurn(world: World, { operation, tenant }: ModelJob): void {
  const open = Object.keys(limits).filter(
    (name) => room(world, name) > 0 && claimable(world, name).length > 0,
  )
  const waiting = new Set(claimable(world, operation).map((job) => job.tenant))
  const share = shares[tenant] ?? 1
  expect(countTurn(world, 'slots', new Set(open), { name: operation, share: 1 })).toEqual([])
  expect(countTurn(world, operation, waiting, { name: tenant, share })).toEqual([])
}

const ends = {
  succeed: async ({ store }: World, job: Running) => succeed(store, job),
  fail: async ({ store }: World, job: Running) => fail(store, job, null),
  again: async ({ store }: World, job: Running, now: number) => fail(store, job, now),
  later: async ({ store }: World, job: Running, now: number) => fail(store, job, now + minuteMs),
  release: async ({ store }: World, job: Running, now: number) =>
    settle(store, job, { kind: 'release', dueAt: now }),
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
    const now = Date.now()
    expect(await ends[how](world, model.held, now)).toBe('settled')
    expect(await ends[how](world, model.held, now)).toBe('lease-lost')
    model.phase =
      (await read(world.store, model.id)).state === 'failed' ? 'failed' : phaseAfter[how]
    model.dueAt = now
    model.held = null
  }

const cancelStep =
  (pick: number, foreign: boolean): Step =>
  async (world) => {
    const model = world.jobs[pick % Math.max(1, world.jobs.length)]
    if (model === undefined || model.phase === 'running') return
    const asking = foreign ? `not ${model.tenant}` : model.tenant
    const { kind } = await world.store.jobs.cancel(asking, model.id)
    if (foreign) expect(kind).toBe('unknown')
    else expect(kind).toBe(isLive(model) ? 'changed' : 'refused')
    if (kind === 'changed') model.phase = 'ended'
  }

const retryStep =
  (pick: number): Step =>
  async (world) => {
    const model = world.jobs[pick % Math.max(1, world.jobs.length)]
    if (model === undefined) return
    const { kind } = await world.store.jobs.retry(model.tenant, model.id)
    expect(kind).toBe(model.phase === 'failed' ? 'changed' : 'refused')
    if (kind !== 'changed') return
    world.places += 1
    Object.assign(model, { phase: 'waiting', place: world.places, dueAt: null })
  }

const pick = fc.nat({ max: 50 })
const wish = fc.record({
  operation: fc.constantFrom(...Object.keys(limits)),
  tenant: fc.constantFrom(...tenants),
  key: fc.constantFrom(null, null, null, 'k', 'l'),
  priority: fc.integer({ min: 0, max: 9 }),
  far: fc.integer({ min: 0, max: 4 }).map((number) => number === 0),
  free: fc.boolean(),
})
const how = fc.constantFrom(...(Object.keys(ends) as (keyof typeof ends)[]))
const step = fc.oneof(
  { weight: 4, arbitrary: wish.map(acceptStep) },
  { weight: 2, arbitrary: fc.integer({ min: 1, max: 4 }).map(claimStep) },
  { weight: 2, arbitrary: fc.tuple(how, pick).map(([which, index]) => settleStep(which, index)) },
  {
    weight: 1,
    arbitrary: fc.tuple(pick, fc.boolean()).map(([index, foreign]) => cancelStep(index, foreign)),
  },
  { weight: 1, arbitrary: pick.map(retryStep) },
)

/** @param sequences of steps that are tried: as many as the store is quick enough for */
export function modelSuite(open: OpenStore, sequences: number): void {
  // It opens a store for each sequence, which is most of its time.
  it('agrees with it after every step, whatever the steps', { timeout: 120_000 }, async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 80 }), async (steps) => {
      await using store = await open()
      await serveShared(
        store,
        shares,
        ...Object.entries(limits).map(([name, concurrency]) => terms(name, { concurrency })),
      )
      const world: World = { store, jobs: [], rounds: new Map(), places: 0 }
      for (const take of steps) await take(world)
      await expectCounts(world)
      await expectSound(store)
    })
    await fc.assert(property, { numRuns: sequences })
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
