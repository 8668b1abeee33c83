import { expect, it } from 'vitest'
import { heldRuns, failed, operation } from './testing/operations.ts'
import { asker, createSimulation, submit } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

const noRetry = { attempts: 1, delayMs: 0, factor: 1, maxDelayMs: 0 }
const stranger = { tenant: 'other' }

it('cancels a waiting job at once, and lets the next of its key go', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const first = await submit(node, render, { key: 'k', notBefore: simulation.clock.now() + 5_000 })
  await submit(node, render, { key: 'k' })
  await simulation.clock.advance(100)
  const answer = await node.engine.cancel(asker, first.id)
  expect(answer).toMatchObject({ kind: 'changed', job: { state: 'cancelled' } })
  expect(node.telemetry.calls).toContainEqual(['ended', 'render', 'cancelled', 100])
  await promisesDone()
  expect(runs.attempts).toHaveLength(1)
  expect(await node.engine.cancel(asker, first.id)).toMatchObject({ kind: 'unchanged' })
})

it('refuses to cancel what has ended, and knows nothing of others', async () => {
  await using simulation = await createSimulation()
  const render = operation()
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  await simulation.outcome(id)
  expect(await node.engine.cancel(asker, id)).toMatchObject({ problem: { code: 'job-finished' } })
  for (const steer of [node.engine.cancel, node.engine.retry]) {
    expect(await steer(stranger, id)).toMatchObject({ problem: { code: 'job-not-found' } })
  }
})

it('runs a failed job again with fresh attempts, and no other', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run, retry: noRetry })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  expect(await node.engine.retry(asker, id)).toMatchObject({ problem: { code: 'job-not-failed' } })
  runs.end(0, failed())
  await promisesDone()
  expect(await simulation.job(id)).toMatchObject({ state: 'failed', deadLetter: true })
  expect(await node.engine.retry(asker, id)).toMatchObject({ kind: 'changed', job: { run: 2 } })
  await promisesDone()
  runs.end(1)
  const end = { state: 'succeeded', run: 2, attempt: 1, fence: 2 }
  expect(await simulation.outcome(id)).toMatchObject(end)
})

it('erases an ended job with all that it had, for its own tenant', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  expect(await node.engine.erase(asker, id)).toMatchObject({ code: 'job-not-finished' })
  runs.end(0)
  await promisesDone()
  expect(await node.engine.erase(stranger, id)).toMatchObject({ code: 'job-not-found' })
  expect(await node.engine.erase(asker, id)).toBeNull()
  expect(await node.engine.find(asker, id)).toMatchObject({ problem: { code: 'job-not-found' } })
  expect(await node.engine.result(id)).toBeNull()
})
