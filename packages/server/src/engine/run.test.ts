import { expect, it } from 'vitest'
import { done, forever, heldRuns, operation, untilAborted, type Run } from './testing/operations.ts'
import { asker, createSimulation, submit } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'
import { bytesIn } from '../core/payload.ts'

/** Notes why its signal was aborted, and goes on or ends. */
function listening(then: Run): { readonly run: Run; readonly reasons: readonly string[] } {
  const reasons: string[] = []
  const run: Run = (attempt) => {
    const { signal } = attempt
    signal.addEventListener('abort', () => void reasons.push(String(signal.reason)))
    return then(attempt)
  }
  return { run, reasons }
}

const stopped = (reason: string) => [`AbortError: The attempt was stopped: ${reason}`]

it('aborts an attempt at its timeout', async () => {
  await using simulation = await createSimulation()
  const { run, reasons } = listening(untilAborted)
  const render = operation({ run, timeoutMs: 3_000 })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  await simulation.clock.advance(2_999)
  expect(reasons).toEqual([])
  await simulation.clock.advance(1)
  expect(reasons).toEqual(stopped('timeout'))
  expect(await simulation.job(id)).toMatchObject({ state: 'queued', attempt: 1 })
})

it('aborts an attempt when its job is cancelled on another node', async () => {
  await using simulation = await createSimulation()
  const { run, reasons } = listening(untilAborted)
  const render = operation({ run })
  const node = await simulation.start({ operations: [render] })
  const other = simulation.node({ operations: [] })
  const { id } = await submit(node, render)
  await simulation.clock.advance(500)
  expect(await other.engine.cancel(asker, id)).toMatchObject({ kind: 'changed' })
  await promisesDone()
  expect(reasons).toEqual(stopped('cancel'))
  expect(await simulation.job(id)).toMatchObject({ state: 'cancelled' })
})

it('gives an attempt that asks late a signal that is aborted already', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  await node.engine.cancel(asker, id)
  await promisesDone()
  const { signal } = runs.attempts[0] ?? { signal: null }
  expect(signal?.aborted).toBe(true)
  expect([String(signal?.reason)]).toEqual(stopped('cancel'))
})

it.each([
  ['timeout', 3_250],
  ['cancel', 5_000],
] as const)('goes on without a runner that ignores its signal (%s)', async (reason, afterMs) => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const render = operation({ run: forever, timeoutMs: reason === 'timeout' ? 3_000 : 60_000 })
  const node = await simulation.start({ operations: [render], slots: 1 })
  const { id } = await submit(node, render)
  if (reason === 'cancel') await node.engine.cancel(asker, id)
  await clock.advance(afterMs - 1)
  expect(await simulation.job(id)).toMatchObject({ state: 'running' })
  await clock.advance(1)
  expect(await simulation.job(id)).toMatchObject({
    state: reason === 'cancel' ? 'cancelled' : 'queued',
  })
})

it('lets a runaway handler keep its slot until it really ends', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({
    run: runs.run,
    timeoutMs: 1_000,
    retry: { ...operation().policies.retry, attempts: 1 },
  })
  const node = await simulation.start({ operations: [render], slots: 1 })
  const runaway = await submit(node, render)
  const { id } = await submit(node, render)
  await clock.advance(60_000)
  expect(await simulation.job(runaway.id)).toMatchObject({ error: { code: 'upstream-timeout' } })
  expect(runs.attempts).toHaveLength(1)
  // What it gives so late is nothing any more, but the slot is free.
  runs.end(0, done('too late'))
  await promisesDone()
  expect(runs.attempts).toHaveLength(2)
  runs.end(1)
  expect(await simulation.outcome(id)).toMatchObject({ state: 'succeeded' })
  expect(await simulation.job(runaway.id)).toMatchObject({ state: 'failed' })
})

it('stops an attempt whose job this node took again after its lease had ended', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const reasons: string[] = []
  const run: Run = ({ signal, job }) =>
    new Promise(() => {
      signal.addEventListener('abort', () => void reasons.push(`${job.fence}: ${signal.reason}`))
    })
  const render = operation({ run, leaseMs: 1_500 })
  let away = false
  const fault = (call: string) => (away && call === 'leases.inspect' ? 'before' : null)
  const node = await simulation.start({ operations: [render], slots: 2, fault })
  const { id } = await submit(node, render)
  // Nobody can tell this node that it lost its lease, before it takes the job again.
  away = true
  await simulation.store.leases.serve(node.name, [])
  await clock.advance(1_600)
  await node.engine.serve()
  await clock.advance(1_500)
  expect(await simulation.job(id)).toMatchObject({ state: 'running', fence: 2, node: node.name })
  expect(reasons).toEqual(['1: AbortError: The attempt was stopped: lost'])
})

it('carries the input and what its edge parsed to the runner', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render], slots: 1 })
  await submit(node, render, { value: { pages: 3 } })
  await submit(node, render, { value: { pages: 3 } })
  runs.end(0)
  await promisesDone()
  const [atOnce, later] = runs.attempts
  expect(atOnce).toMatchObject({ value: { pages: 3 } })
  // What was claimed later comes from the store, as bytes only.
  expect(later?.value).toBeUndefined()
  expect(Buffer.from(bytesIn(later?.input?.body ?? new Uint8Array())).toString()).toBe(
    '{"pages":3}',
  )
})
