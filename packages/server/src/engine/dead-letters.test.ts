import { expect, it } from 'vitest'
import { done, failed, operation } from './testing/operations.ts'
import { asker, createSimulation, submit } from './testing/simulation.ts'

const retry = { attempts: 1, delayMs: 0, factor: 1, maxDelayMs: 0 }
const all = {
  ...asker,
  operation: null,
  code: null,
  group: null,
  tag: null,
  createdAfter: null,
  createdBefore: null,
  ids: null,
}
const never = new AbortController().signal

it('spreads the runs of a rate over time, across batches and over a restart', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const began: number[] = []
  let mended = false
  const run = async () => {
    if (!mended) return failed()
    began.push(clock.now())
    return done()
  }
  const operations = [operation({ retry, run })]
  const node = await simulation.start({ operations, slots: 50 })
  const count = 250
  const [render] = operations
  for (let number = 0; number < count && render !== undefined; number += 1) {
    await submit(node, render)
  }
  await clock.advance(5_000)
  mended = true
  const start = clock.now()
  const order = { filter: all, limit: 240, everyMs: 100, signal: never }
  expect(await clock.until(node.engine.deadLetters.retry(order))).toEqual({
    count: 240,
    more: true,
    until: start + 239 * 100,
  })
  await clock.advance(12_000)
  await node.vanish()
  await simulation.start({ operations, slots: 50 })
  await clock.advance(20_000)
  // Each at its own time; what came due while nobody was there comes right after.
  const due = Array.from({ length: 240 }, (_, index) => start + index * 100)
  expect(began).toEqual(due)
})

it('stops between two batches where nobody waits for the answer any more', async () => {
  await using simulation = await createSimulation()
  const render = operation({ retry, run: async () => failed() })
  const node = await simulation.start({ operations: [render], slots: 50 })
  for (let number = 0; number < 150; number += 1) await submit(node, render)
  await simulation.clock.advance(5_000)
  const signal = AbortSignal.abort()
  const order = { filter: all, limit: 1_000, signal }
  expect(await node.engine.deadLetters.discard(order)).toEqual({
    count: 50,
    more: true,
    until: null,
  })
  const rest = { filter: all, limit: 1_000, signal: never }
  const discarding = node.engine.deadLetters.discard(rest)
  expect(await simulation.clock.until(discarding)).toMatchObject({ count: 100, more: false })
})
