import { expect, it } from 'vitest'
import { temporaryFolder } from '../../../../../test/support/folder.ts'
import type { Store } from '../../ports/store.ts'
import { accept, claimOne, node, read, sampleJob, terms } from '../conformance/sample.ts'
import { createFakeClock, type FakeClock } from './testing/fake-clock.ts'
import { openInlineSqliteStore } from './testing/inline.ts'
import { systemRandom } from './system.ts'

const leaseMs = 30_000
const timeoutMs = 100_000

const open = (clock: FakeClock, folder = ':memory:'): Promise<Store> =>
  openInlineSqliteStore({ folder, clock, random: systemRandom })

async function hold(store: Store, clock: FakeClock) {
  await store.leases.serve(node, [terms('render', { leaseMs, timeoutMs })])
  await accept(store, sampleJob({ createdAt: clock.now() }))
  return claimOne(store)
}

it('renews a lease at a third, up to the end of the attempt and never beyond', async () => {
  const clock = createFakeClock()
  await using store = await open(clock)
  const job = await hold(store, clock)
  for (const until = job.attemptUntil; clock.now() < until - 1_000; clock.pass(1_000)) {
    const held = await read(store, job.id)
    const left = held.state === 'running' ? held.leaseUntil - clock.now() : 0
    const remaining = until - clock.now()
    expect(left).toBeGreaterThanOrEqual(Math.min(leaseMs * (2 / 3) - 1_000, remaining))
    expect(left).toBeLessThanOrEqual(Math.min(leaseMs, remaining))
    expect(held.version).toBe(job.version)
    expect(await store.upkeep.rescue(10)).toEqual({ jobs: [], more: false })
  }
  clock.pass(1_000)
  const { jobs } = await store.upkeep.rescue(10)
  expect(jobs).toMatchObject([{ job: { id: job.id, state: 'queued' }, why: 'lease' }])
})

it('ends the leases of an earlier process at once, also where the node has the same name', async () => {
  const clock = createFakeClock()
  await using folder = await temporaryFolder('renew')
  const first = await open(clock, folder.path)
  const job = await hold(first, clock)
  await first[Symbol.asyncDispose]()
  await using store = await open(clock, folder.path)
  await store.leases.serve(node, [terms('render', { leaseMs, timeoutMs })])
  clock.pass(5_000)
  const { jobs } = await store.upkeep.rescue(10)
  expect(jobs).toMatchObject([{ job: { id: job.id, state: 'queued' }, why: 'lease' }])
})
