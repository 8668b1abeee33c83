import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { workTopic } from '../ports/bus.ts'
import { done, heldRuns, operation } from './testing/operations.ts'
import { createSimulation, submit, type Fault } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

const pollMs = 1_000

it('looks at once when a hint comes from another node', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const asking = simulation.node({ operations: [render] })
  await simulation.start({ operations: [render] })
  await simulation.clock.advance(300)
  await submit(asking, render)
  await promisesDone()
  expect(runs.attempts).toHaveLength(1)
})

it('looks at the moment at which a delayed job is due, and not before', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const dueAt = clock.now() + 2_345
  await submit(node, render, { notBefore: dueAt })
  await clock.advance(2_344)
  expect(runs.attempts).toHaveLength(0)
  await clock.advance(1)
  expect(runs.attempts).toMatchObject([{ job: { startedAt: dueAt } }])
})

it('goes on with the backlog as soon as a slot is free, without a hint', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render], slots: 1 })
  await submit(node, render)
  await submit(node, render)
  await submit(node, render)
  await clock.advance(pollMs)
  for (let ended = 0; ended < 3; ended += 1) {
    expect(runs.attempts).toHaveLength(ended + 1)
    runs.end(ended)
    await promisesDone()
  }
})

it('does not miss a slot that gets free while it finds none', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const { clock } = simulation
  let ended = 0
  // One after the other they end after so many turns of the promise queue, to hit each moment.
  const run = async () => {
    for (let turn = 0; turn < ended % 24; turn += 1) await Promise.resolve()
    ended += 1
    return done()
  }
  const render = operation({ run })
  const asking = simulation.node({ operations: [render] })
  await simulation.start({ operations: [render], slots: 1 })
  for (let count = 0; count < 100; count += 1) await submit(asking, render)
  await clock.advance(pollMs)
  expect(ended).toBe(100)
})

it('does not let a job wait for the next look where a slot was only taken on trial', async () => {
  let heard = false
  await using simulation = await createSimulation({ loses: () => !heard })
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const asking = simulation.node({ operations: [render] })
  const delayMs = (): number => 20
  const node = await simulation.start({ operations: [render], slots: 1, delayMs })
  const idempotency = { key: 'k', requestHash: new Uint8Array(16) }
  await submit(asking, render, { idempotency })
  await clock.advance(2 * pollMs)
  runs.end(0)
  await clock.advance(pollMs)
  // The replay holds the only slot for as long as its answer takes, and the hint falls into that.
  const replay = submit(node, render, { idempotency })
  await submit(asking, render)
  heard = true
  simulation.bus.publish(workTopic)
  await clock.advance(100)
  await replay
  expect(runs.attempts).toHaveLength(2)
})

it.each([
  ['a limited operation', 1, null],
  ['a key', null, 'k'],
])('starts the next job of %s when one has ended, without waiting', async (_, concurrency, key) => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const narrow = operation({ concurrency, run: runs.run })
  const node = await simulation.start({ operations: [narrow], slots: 8 })
  for (let count = 0; count < 4; count += 1) await submit(node, narrow, { key })
  await clock.advance(5_500)
  for (let ended = 0; ended < 4; ended += 1) {
    expect(runs.attempts).toHaveLength(ended + 1)
    runs.end(ended)
    await promisesDone()
  }
})

it('finishes every job when every hint is lost', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const render = operation({ run: async () => done() })
  const narrow = operation({ name: 'narrow', concurrency: 1, run: async () => done() })
  const operations = [render, narrow]
  const nodes = [
    await simulation.start({ operations, slots: 2 }),
    await simulation.start({ operations, slots: 2 }),
  ]
  const jobs = []
  for (const [index, node] of [...nodes, ...nodes, ...nodes, ...nodes].entries()) {
    const key = index % 3 === 0 ? 'k' : null
    const notBefore = simulation.clock.now() + index * 100
    jobs.push(await submit(node, render, { key, notBefore }), await submit(node, narrow))
  }
  for (const { id } of jobs) {
    expect(await simulation.outcome(id, 30 * pollMs)).toMatchObject({ state: 'succeeded' })
  }
})

it('does not claim what is held off, and goes on when that is over', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const openAt = clock.now() + 5_000
  const heldOffUntil = () => (clock.now() < openAt ? openAt : null)
  const render = operation({ run: runs.run, heldOffUntil })
  const node = await simulation.start({ operations: [render] })
  await submit(node, render)
  await clock.advance(4_999)
  expect(runs.attempts).toHaveLength(0)
  await clock.advance(pollMs)
  expect(runs.attempts).toHaveLength(1)
})

it.each(['before', 'after'] as const)(
  'keeps no slot when claiming fails %s the commit, and tries again',
  async (fault) => {
    await using simulation = await createSimulation()
    const { clock } = simulation
    let next: Fault = null
    const runs = heldRuns()
    const render = operation({ run: runs.run, timeoutMs: 10_000, leaseMs: 3_000 })
    const asking = simulation.node({ operations: [render] })
    const node = await simulation.start({
      operations: [render],
      slots: 2,
      fault: (call) => (call === 'leases.claim' ? next : null),
    })
    next = fault
    await submit(asking, render)
    await promisesDone()
    expect(node.log.messages('error')).toEqual(['claiming failed'])
    next = null
    await submit(asking, render)
    await submit(asking, render)
    await promisesDone()
    expect(runs.attempts).toHaveLength(2)
    runs.end(0)
    runs.end(1)
    // A claim whose answer got lost is rescued when its attempt would be over.
    await clock.advance(12_500)
    expect(new Set(runs.attempts.map(({ job }) => job.id)).size).toBe(3)
  },
)

it('gives back a job whose operation this node does not know, without an attempt', async () => {
  await using simulation = await createSimulation()
  const render = operation()
  const other = operation({ name: 'other' })
  const node = await simulation.start({ operations: [render] })
  // As it is while a catalog changes: the store still says that this node runs it.
  const terms = { operation: 'other', leaseMs: 30_000, timeoutMs: 30_000, concurrency: null }
  await simulation.store.leases.serve(node.name, [terms])
  const asking = simulation.node({ operations: [other] })
  const { id } = await submit(asking, other)
  await simulation.store.leases.serve(node.name, [])
  await simulation.clock.advance(pollMs)
  expect(await simulation.job(id)).toMatchObject({ state: 'queued', attempt: 0, leasesLost: 0 })
  await simulation.start({ operations: [other] })
  expect(await simulation.outcome(id)).toMatchObject({ state: 'succeeded', attempt: 1 })
})

it('never has more attempts than slots, whatever the hints and the faults are', async () => {
  const property = fc.asyncProperty(
    fc.integer(),
    fc.integer({ min: 1, max: 4 }),
    async (seed, slots) => {
      await using simulation = await createSimulation({ seed })
      const { clock, random } = simulation
      let now = 0
      let most = 0
      const run = async () => {
        now += 1
        most = Math.max(most, now)
        const takesMs = random.between(0, 40)
        if (takesMs > 5) await new Promise<void>((resolve) => void clock.after(takesMs, resolve))
        now -= 1
        return done()
      }
      const render = operation({ run, timeoutMs: 2_000 })
      const fault = (call: string): Fault =>
        call === 'leases.claim' && random.chance(0.2) ? 'before' : null
      const node = await simulation.start({ operations: [render], slots, fault })
      const jobs = await Promise.all(
        Array.from({ length: 30 }, async () => {
          await new Promise<void>((resolve) => void clock.after(random.between(0, 300), resolve))
          simulation.bus.publish(workTopic)
          return submit(node, render)
        }).map((job) => clock.until(job)),
      )
      await clock.advance(20_000)
      for (const { id } of jobs)
        expect(await simulation.job(id)).toMatchObject({ state: 'succeeded' })
      expect(most).toBeLessThanOrEqual(slots)
      expect(now).toBe(0)
    },
  )
  await fc.assert(property, { numRuns: 20 })
})
