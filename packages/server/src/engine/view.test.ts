import { expect, it } from 'vitest'
import { failed, heldRuns, operation } from './testing/operations.ts'
import { createSimulation, submit, type Node, type Simulation } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'
import type { JobId } from '@buzzer/contract'

const waitingOf = async (simulation: Simulation, { engine }: Node, id: JobId) => {
  const { waiting } = await engine.view(await simulation.job(id))
  return waiting
}

const hourMs = 3_600_000

it('says the truth about why a job waits, and until when', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const soon = clock.now() + hourMs
  const runs = heldRuns()
  const monitor = { url: 'http://127.0.0.1/status', polls: 0, giveUpAt: soon }
  const timeoutMs = hourMs
  const render = operation({ run: runs.run, timeoutMs })
  const narrow = operation({ name: 'narrow', concurrency: 1, run: runs.run, timeoutMs })
  const broken = operation({ name: 'broken', heldOffUntil: () => soon })
  const unknown = operation({ name: 'unknown' })
  const operations = [render, narrow, broken]
  const node = await simulation.start({ operations, slots: 4 })
  const first = await submit(node, render, { key: 'k' })
  const told = async (of: typeof render, wish = {}) =>
    waitingOf(simulation, node, (await submit(node, of, wish)).id)

  expect(await waitingOf(simulation, node, first.id)).toBeNull()
  expect(await told(render, { key: 'k' })).toEqual({ reason: 'key', until: null, ahead: 1 })
  expect(await told(render, { key: 'k' })).toEqual({ reason: 'key', until: null, ahead: 2 })
  expect(await told(render, { notBefore: soon })).toMatchObject({ reason: 'delay', until: soon })
  expect(await told(narrow)).toBeNull()
  expect(await told(narrow)).toMatchObject({ reason: 'concurrency', ahead: 0 })
  expect(await told(broken)).toMatchObject({ reason: 'breaker', until: soon })
  expect(await told(unknown)).toMatchObject({ reason: 'no_worker' })

  const parking = await submit(node, render)
  await promisesDone()
  runs.end(2, { kind: 'parked', monitor, dueAt: soon })
  await promisesDone()
  const outside = { reason: 'upstream', until: soon, ahead: null }
  expect(await waitingOf(simulation, node, parking.id)).toEqual(outside)

  const failing = await submit(node, render)
  await promisesDone()
  runs.end(3, failed({ retryAfterMs: 5_000 }))
  await promisesDone()
  const job = await simulation.job(failing.id)
  const dueAt = job.state === 'queued' ? job.dueAt : 0
  expect(await waitingOf(simulation, node, failing.id)).toMatchObject({
    reason: 'retry',
    until: dueAt,
  })

  await submit(node, render)
  await submit(node, render)
  await promisesDone()
  expect(await told(render)).toEqual({ reason: 'queue', until: null, ahead: 0 })
  expect(await told(render)).toEqual({ reason: 'queue', until: null, ahead: 1 })
})

it('does not blame an upstream for a look at it that nobody has a place for', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const monitor = { url: 'http://127.0.0.1/status', polls: 0, giveUpAt: clock.now() + hourMs }
  const runs = heldRuns()
  const narrow = operation({ concurrency: 1, run: runs.run, timeoutMs: hourMs })
  const node = await simulation.start({ operations: [narrow] })
  const parking = await submit(node, narrow)
  const dueAt = clock.now() + 5_000
  runs.end(0, { kind: 'parked', monitor, dueAt })
  await clock.advance(1_000)
  const other = await submit(node, narrow)
  const told = () => waitingOf(simulation, node, parking.id)
  expect(await told()).toEqual({ reason: 'upstream', until: dueAt, ahead: null })
  await clock.advance(10_000)
  expect(await told()).toEqual({ reason: 'concurrency', until: null, ahead: 0 })
  expect(await simulation.job(other.id)).toMatchObject({ state: 'running' })
  runs.end(1)
  await clock.advance(1_000)
  expect(await told()).toBeNull()
})

it('shows a new job as the store would, without asking it', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const soon = simulation.clock.now() + hourMs
  const render = operation({ run: runs.run })
  const broken = operation({ name: 'broken', heldOffUntil: () => soon })
  const node = await simulation.start({ operations: [render, broken], slots: 1 })
  for (const [of, wish] of [
    [render, {}],
    [render, {}],
    [render, { notBefore: soon }],
    [broken, {}],
  ] as const) {
    const job = await submit(node, of, wish)
    const { waiting, ...view } = await node.engine.viewNew(job)
    const stored = await node.engine.view(job)
    expect(view).toEqual({ job, failures: stored.failures, expiresAt: stored.expiresAt })
    expect(waiting?.reason).toBe(stored.waiting?.reason)
  }
})
