import { expect, it } from 'vitest'
import { workTopic } from '../ports/bus.ts'
import { pause } from './persist.ts'
import { forever, heldRuns, operation, untilAborted } from './testing/operations.ts'
import { createReceivers, unsent } from './testing/receivers.ts'
import { createSimulation, submit } from './testing/simulation.ts'

it('lets attempts end, starts no other, and leaves no timer of its own', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const idle = clock.pending
  const runs = heldRuns()
  const render = operation({ run: runs.run })
  const node = await simulation.start({ operations: [render], slots: 1 })
  const running = await submit(node, render)
  const waiting = await submit(node, render)
  const drained = node.engine.drain(10_000)
  expect(node.engine.drain(1)).toBe(drained)
  await clock.advance(1_000)
  const late = await submit(node, render)
  runs.end(0)
  await clock.until(drained, 100)
  expect(await simulation.job(running.id)).toMatchObject({ state: 'succeeded' })
  simulation.bus.publish(workTopic)
  await clock.advance(10_000)
  for (const { id } of [waiting, late]) {
    expect(await simulation.job(id)).toMatchObject({ state: 'queued', attempt: 0 })
  }
  expect(clock.pending).toBe(idle)
})

it('gives its attempts their time also where a delivery cannot be given back', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const receivers = createReceivers(clock)
  // As the webhook channel does when it is called off.
  receivers.behave('https://shop.example/', () => pause({ clock }, 9_900).then(() => unsent))
  const runs = heldRuns()
  const operations = [operation(), operation({ name: 'long', run: runs.run })]
  const fault = (call: string) => (call === 'deliveries.release' ? 'before' : null)
  const node = await simulation.start({ operations, receivers, fault })
  const callback = { url: 'https://shop.example/', events: 'final', secret: null } as const
  await submit(node, operation(), { callback })
  await clock.advance(100)
  expect(receivers.received).toHaveLength(1)
  await submit(node, operation({ name: 'long' }))
  await clock.until(node.engine.drain(10_000), 10_000)
  expect(node.engine.runningOperations()).toEqual([])
  expect(node.log.messages('warn')).toContain('deliveries were not given back')
})

it.each([
  ['listens', untilAborted],
  ['does not listen', forever],
])('gives back within its time what does not end, where the handler %s', async (_, run) => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  for (const withinMs of [1_500, 10_000]) {
    const render = operation({ run, timeoutMs: 600_000, leaseMs: 600_000 })
    const node = await simulation.start({ operations: [render] })
    const { id } = await submit(node, render)
    await clock.until(node.engine.drain(withinMs), withinMs)
    const givenBack = { state: 'queued', attempt: 0, leasesLost: 0 }
    expect(await simulation.job(id)).toMatchObject(givenBack)
    await simulation.store.jobs.cancel('default', id)
  }
})

it('waits for a job whose acceptance is under way when it begins', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run, leaseMs: 600_000, timeoutMs: 600_000 })
  const node = await simulation.start({ operations: [render], delayMs: () => 200 })
  await clock.advance(2_000)
  const accepting = submit(node, render)
  const drained = node.engine.drain(10_000)
  const { id } = await clock.until(accepting)
  await clock.advance(1_000)
  runs.end(0)
  await clock.until(drained, 1_500)
  expect(await simulation.job(id)).toMatchObject({ state: 'succeeded' })
})

it('gives a job back that was accepted as claimed after the attempts were stopped', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const runs = heldRuns()
  const render = operation({ run: runs.run, leaseMs: 600_000, timeoutMs: 600_000 })
  const delayMs = (call: string): number => (call === 'intake.accept' ? 4_000 : 0)
  const node = await simulation.start({ operations: [render], delayMs })
  const accepting = submit(node, render)
  const drained = node.engine.drain(10_000)
  const { id } = await clock.until(accepting, 8_000)
  await clock.until(drained, 100)
  expect(runs.attempts).toHaveLength(0)
  expect(await simulation.job(id)).toMatchObject({ state: 'queued', attempt: 0, leasesLost: 0 })
})

it('ends in time though the store answers nothing', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  let delayMs = 0
  const render = operation()
  const node = await simulation.start({ operations: [render], delayMs: () => delayMs })
  await clock.advance(500)
  delayMs = 3_600_000
  await clock.advance(2_000)
  const beganAt = clock.now()
  await clock.until(node.engine.drain(5_000))
  expect(clock.now() - beganAt).toBe(5_000)
})

it('does not begin to work where it was drained while it started', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const render = operation()
  const idle = clock.pending
  const node = simulation.node({ operations: [render], delayMs: () => 100 })
  const started = node.engine.start()
  await clock.until(node.engine.drain(50))
  await clock.until(started)
  await clock.advance(5_000)
  expect(clock.pending).toBe(idle)
})
