import { expect, it } from 'vitest'
import { operation, untilAborted } from './testing/operations.ts'
import { asker, createSimulation, submit, type Fault } from './testing/simulation.ts'
import { promisesDone } from './testing/virtual-clock.ts'

it('hears of a cancel within its rhythm where the hint was lost', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const render = operation({ run: untilAborted })
  const node = await simulation.start({ operations: [render] })
  const { id } = await submit(node, render)
  await simulation.clock.advance(500)
  await node.engine.cancel(asker, id)
  expect(await simulation.outcome(id, 2_000)).toMatchObject({ state: 'cancelled' })
})

it('asks the store nothing while it holds nothing', async () => {
  await using simulation = await createSimulation()
  let asked = 0
  const fault = (call: string): Fault => {
    asked += call === 'leases.inspect' ? 1 : 0
    return null
  }
  await simulation.start({ operations: [operation()], fault })
  await simulation.clock.advance(20_000)
  expect(asked).toBe(0)
})

it('goes on after a fault, and asks again', async () => {
  await using simulation = await createSimulation()
  const render = operation({ run: untilAborted })
  let away = true
  const fault = (call: string): Fault => (away && call === 'leases.inspect' ? 'before' : null)
  const node = await simulation.start({ operations: [render], fault })
  const { id } = await submit(node, render)
  await node.engine.cancel(asker, id)
  await promisesDone()
  expect(node.log.messages('error')).toEqual(['a background turn failed; it is tried again'])
  away = false
  expect(await simulation.outcome(id, 2_500)).toMatchObject({ state: 'cancelled' })
})
