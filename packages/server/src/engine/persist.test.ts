import { expect, it } from 'vitest'
import { operation, heldRuns } from './testing/operations.ts'
import { createSimulation, submit, type Fault } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

/** A node that ends its one attempt while the store does not take outcomes. */
async function endingWithoutStore(fault: (call: string) => Fault) {
  const simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run, timeoutMs: 10_000, leaseMs: 10_000 })
  const node = await simulation.start({ operations: [render], fault })
  const { id } = await submit(node, render)
  runs.end(0)
  await promisesDone()
  return { simulation, node, id, runs }
}

it.each(['before', 'after'] as const)(
  'loses no outcome where the store fails %s the commit and comes back in time',
  async (kind) => {
    let away = true
    const { simulation, id, node } = await endingWithoutStore((call) =>
      away && call === 'leases.settle' ? kind : null,
    )
    await simulation.clock.advance(5_000)
    expect(node.engine.runningOperations()).toEqual(['render'])
    away = false
    await simulation.clock.advance(500)
    const job = await simulation.outcome(id, 1_000)
    expect(job).toMatchObject({ state: 'succeeded', attempt: 1, leasesLost: 0 })
    expect(await node.engine.result(id)).toMatchObject({ status: 200 })
    expect(new Set(node.log.messages('warn'))).toEqual(new Set(['a worker could not write']))
    // Also where only the answer got lost, the outcome is announced and counted, once.
    expect(node.telemetry.count('ended')).toBe(1)
    expect(node.telemetry.count('lateOutcome')).toBe(0)
    await simulation[Symbol.asyncDispose]()
  },
)

it('gives an outcome up when somebody else may hold the job', async () => {
  const { simulation, id, node, runs } = await endingWithoutStore((call) =>
    call === 'leases.settle' ? 'before' : null,
  )
  await simulation.clock.advance(10_900)
  expect(node.engine.runningOperations()).toEqual([])
  expect(node.log.messages('error')).toEqual(['a worker could not write'])
  expect(node.telemetry.count('lateOutcome')).toBe(1)
  await simulation.clock.advance(2_000)
  expect(await simulation.job(id)).toMatchObject({ leasesLost: 1, attempt: 1, fence: 2 })
  expect(runs.attempts).toHaveLength(2)
  await simulation[Symbol.asyncDispose]()
})
