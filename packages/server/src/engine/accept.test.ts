import { expect, it } from 'vitest'
import { StoreUnavailable } from '../ports/store.ts'
import { heldRuns, operation } from './testing/operations.ts'
import { asker, createSimulation, submission, submit, type Fault } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

const hash = (byte: number): Uint8Array => new Uint8Array(16).fill(byte)

it('stores a job as already claimed where a slot is free, and runs it at once', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const job = await submit(node, render)
  expect(job).toMatchObject({ state: 'running', attempt: 1, fence: 1, node: node.name })
  expect(runs.attempts).toMatchObject([{ job, input: { mediaType: 'application/json' } }])
  expect(await simulation.job(job.id)).toEqual(job)
  runs.end(0)
  await promisesDone()
  expect(await simulation.job(job.id)).toMatchObject({ state: 'succeeded', attempt: 1 })
  expect(node.telemetry.calls.map(([name]) => name)).toEqual([
    'started',
    'accepted',
    'attempted',
    'ended',
  ])
})

it('queues a job where a gate is closed: concurrency, key, delay, breaker', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const narrow = operation({ name: 'narrow', concurrency: 1, run: runs.run })
  const broken = operation({ name: 'broken', heldOffUntil: () => simulation.clock.now() + 5_000 })
  const keyed = operation({ name: 'keyed', run: runs.run })
  const node = await simulation.start({ operations: [narrow, broken, keyed], slots: 8 })
  const states = []
  for (const [of, wish] of [
    [narrow, {}],
    [narrow, {}],
    [keyed, { key: 'a' }],
    [keyed, { key: 'a' }],
    [keyed, { key: 'b' }],
    [keyed, { notBefore: simulation.clock.now() + 60_000 }],
    [broken, {}],
  ] as const) {
    states.push((await submit(node, of, wish)).state)
  }
  expect(states).toEqual(['running', 'queued', 'running', 'queued', 'running', 'queued', 'queued'])
})

it('starts nothing without a free slot, and gives the slot back that it did not need', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render], slots: 1 })
  const same = { key: 'same', requestHash: hash(1) }
  const first = await submit(node, render, { idempotency: same })
  expect(await submit(node, render)).toMatchObject({ state: 'queued' })
  runs.end(0)
  await promisesDone()
  runs.end(1)
  await promisesDone()
  // Neither a replay nor a refusal may keep the one slot.
  for (const byte of [1, 1, 2, 2]) {
    const accepted = await node.engine.accept(
      submission(render, { idempotency: { key: 'same', requestHash: hash(byte) } }),
    )
    expect(accepted.kind).toBe(byte === 1 ? 'replayed' : 'refused')
    if (accepted.kind === 'replayed') expect(accepted.job.id).toBe(first.id)
  }
  expect(await submit(node, render)).toMatchObject({ state: 'running' })
  expect(node.telemetry.count('replayed')).toBe(2)
  expect(node.telemetry.count('accepted')).toBe(3)
})

it.each(['before', 'after'] as const)(
  'says that it cannot say where the store fails %s the commit, and keeps no slot',
  async (fault) => {
    await using simulation = await createSimulation()
    const runs = heldRuns()
    const render = operation({ run: runs.run, timeoutMs: 5_000 })
    let next: Fault = fault
    const node = await simulation.start({
      operations: [render],
      slots: 1,
      fault: (call) => (call === 'intake.accept' ? next : null),
    })
    await expect(submit(node, render)).rejects.toThrow(StoreUnavailable)
    next = null
    const job = await submit(node, render)
    expect(job.state).toBe('running')
    expect(runs.attempts).toHaveLength(1)
  },
)

it('gives one job and one run to 100 submissions with one key at once', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const nodes = [
    await simulation.start({ operations: [render] }),
    await simulation.start({ operations: [render] }),
  ]
  const jobs = await Promise.all(
    Array.from({ length: 50 }, () => nodes)
      .flat()
      .map((node) => submit(node, render, { idempotency: { key: 'once', requestHash: hash(7) } })),
  )
  expect(new Set(jobs.map(({ id }) => id)).size).toBe(1)
  await simulation.clock.advance(5_000)
  expect(runs.attempts).toHaveLength(1)
})

it('gives no job a better place for a start that it wishes in the past', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render], slots: 1 })
  await submit(node, render)
  const first = await submit(node, render)
  await simulation.clock.advance(10)
  const second = await submit(node, render, { notBefore: simulation.clock.now() - 3_600_000 })
  runs.end(0)
  await promisesDone()
  runs.end(1)
  await promisesDone()
  expect(runs.attempts.slice(1).map(({ job }) => job.id)).toEqual([first.id, second.id])
})

it('shows a job to its own tenant only', async () => {
  await using simulation = await createSimulation()
  const render = operation()
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  expect(await node.engine.find(asker, id)).toMatchObject({ kind: 'found' })
  expect(await node.engine.find({ tenant: 'other' }, id)).toMatchObject({
    kind: 'problem',
    problem: { code: 'job-not-found' },
  })
})
