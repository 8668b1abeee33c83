import { expect, it } from 'vitest'
import { done, forever, heldRuns, operation, type Run } from './testing/operations.ts'
import { asker, createSimulation, submit } from './testing/simulation.ts'

const leaseMs = 3_000

it('takes a job from a node that died, and runs it elsewhere without using up an attempt', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const retry = { attempts: 1, delayMs: 0, factor: 1, maxDelayMs: 0 }
  const render = operation({ run: forever, leaseMs, retry })
  const dying = await simulation.start({ operations: [render] })
  const { id } = await submit(dying, render)
  await clock.advance(10_000)
  expect(await simulation.job(id)).toMatchObject({ state: 'running', fence: 1 })
  await dying.vanish()
  const survivor = await simulation.start({ operations: [operation({ leaseMs, retry })] })
  // No longer than two leases.
  const job = await simulation.outcome(id, 2 * leaseMs)
  expect(job).toMatchObject({ state: 'succeeded', attempt: 1, leasesLost: 1, fence: 2 })
  expect(survivor.telemetry.count('leaseLost')).toBe(1)
})

it('ends a job that kills its workers, after a bound', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  let killed = 0
  const kill = async (): Promise<void> => {
    killed += 1
    const dying = node
    node = await simulation.start({ operations: [poison] })
    await dying.vanish()
  }
  const run: Run = () => {
    void kill()
    return new Promise(() => {})
  }
  const poison = operation({ run, leaseMs })
  let node = await simulation.start({ operations: [poison] })
  const { id } = await submit(node, poison)
  await clock.advance(60_000)
  expect(await simulation.job(id)).toMatchObject({
    state: 'failed',
    error: { code: 'handler-failed' },
    deadLetter: true,
    leasesLost: 6,
  })
  expect(killed).toBe(6)
})

it('cancels a job whose worker died before it heard of the cancel', async () => {
  await using simulation = await createSimulation()
  const runs = heldRuns()
  const render = operation({ run: runs.run, leaseMs })
  const dying = await simulation.start({ operations: [render] })
  const survivor = await simulation.start({ operations: [render] })
  const { id } = await submit(dying, render)
  await dying.vanish()
  await survivor.engine.cancel(asker, id)
  expect(await simulation.outcome(id, 2 * leaseMs)).toMatchObject({ state: 'cancelled' })
  expect(runs.attempts).toHaveLength(1)
  expect(survivor.telemetry.count('ended')).toBe(1)
})

it('fails what waits past its deadline, and lets the next of its key go', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render] })
  const notBefore = clock.now() + 60_000
  const first = await submit(node, render, { key: 'k', notBefore, deadlineAt: clock.now() + 5_000 })
  const second = await submit(node, render, { key: 'k' })
  expect(await simulation.outcome(first.id, 6_000)).toMatchObject({
    error: { code: 'deadline-exceeded' },
    deadLetter: false,
  })
  expect(await simulation.job(second.id)).toMatchObject({ state: 'running' })
})

it('keeps a wait outside going when a look at it dies with its node', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const monitor = { url: 'http://127.0.0.1/status', polls: 0, giveUpAt: clock.now() + 3_600_000 }
  const looks: number[] = []
  const run: Run = async ({ job }) => {
    if (job.monitor === null) return { kind: 'parked', monitor, dueAt: clock.now() + 1_000 }
    looks.push(job.fence)
    return looks.length === 1 ? new Promise(() => {}) : done()
  }
  const render = operation({ run, leaseMs })
  const dying = await simulation.start({ operations: [render] })
  const { id } = await submit(dying, render)
  await clock.advance(1_500)
  expect(looks).toEqual([2])
  await dying.vanish()
  await simulation.start({ operations: [render] })
  const job = await simulation.outcome(id, 3 * leaseMs)
  expect(job).toMatchObject({ state: 'succeeded', attempt: 1, leasesLost: 1 })
})
