import { expect, it } from 'vitest'
import { heldRuns, operation } from './testing/operations.ts'
import { asker, createSimulation, submit, type SimulationWish } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'
import { untilChanged, untilEnd } from './wait.ts'

async function waiting(wish: SimulationWish = {}) {
  const simulation = await createSimulation(wish)
  const runs = heldRuns()
  const render = operation({ run: runs.run, timeoutMs: 600_000 })
  const node = await simulation.start({ operations: [render] })
  const job = await submit(node, render)
  return { simulation, node, job, runs }
}

it('answers at the end at once', async () => {
  const { simulation, node, job, runs } = await waiting()
  await using _ = simulation
  const patience = { until: untilEnd, timeoutMs: 30_000, signal: null }
  const waited = node.engine.wait(asker, job.id, patience)
  await simulation.clock.advance(7_000)
  runs.end(0)
  expect(await simulation.clock.until(waited, 0)).toMatchObject({ job: { state: 'succeeded' } })
})

it('finds the end by itself where the hint was lost', async () => {
  const { simulation, node, job, runs } = await waiting({ loses: () => true })
  await using _ = simulation
  const patience = { until: untilEnd, timeoutMs: 30_000, signal: null }
  const waited = node.engine.wait(asker, job.id, patience)
  await simulation.clock.advance(7_000)
  runs.end(0)
  const found = await simulation.clock.until(waited, 2_000)
  expect(found).toMatchObject({ job: { state: 'succeeded' } })
})

it('answers with the job as it is when the time is over, and leaves no timer', async () => {
  const { simulation, node, job } = await waiting()
  await using _ = simulation
  const { clock } = simulation
  await clock.advance(100)
  const before = clock.pending
  const waited = node.engine.wait(asker, job.id, {
    until: untilEnd,
    timeoutMs: 4_500,
    signal: null,
  })
  await clock.advance(4_499)
  let settled = false
  void waited.then(() => void (settled = true))
  await promisesDone()
  expect(settled).toBe(false)
  await clock.advance(1)
  expect(await waited).toMatchObject({ kind: 'found', job: { state: 'running' } })
  expect(clock.pending).toBeLessThanOrEqual(before)
})

it('ends with the caller that went away', async () => {
  const { simulation, node, job } = await waiting()
  await using _ = simulation
  const { signal, abort } = (() => {
    const controller = new AbortController()
    return { signal: controller.signal, abort: () => controller.abort() }
  })()
  const waited = node.engine.wait(asker, job.id, { until: untilEnd, timeoutMs: 30_000, signal })
  await simulation.clock.advance(3_000)
  abort()
  expect(await simulation.clock.until(waited, 0)).toMatchObject({ kind: 'found' })
})

it('answers a reader that knows a version as soon as there is another', async () => {
  const { simulation, node, job, runs } = await waiting()
  await using _ = simulation
  const until = untilChanged(new Set([job.version]))
  const waited = node.engine.wait(asker, job.id, { until, timeoutMs: 30_000, signal: null })
  await simulation.clock.advance(1_000)
  void runs.attempts[0]?.progress(10, null)
  expect(await simulation.clock.until(waited, 0)).toMatchObject({
    job: { state: 'running', version: job.version + 1 },
  })
})

it('does not wait for a job of another tenant', async () => {
  const { simulation, node, job } = await waiting()
  await using _ = simulation
  const patience = { until: untilEnd, timeoutMs: 30_000, signal: null }
  const found = await simulation.clock.until(
    node.engine.wait({ tenant: 'other' }, job.id, patience),
    0,
  )
  expect(found).toMatchObject({ problem: { code: 'job-not-found' } })
})
