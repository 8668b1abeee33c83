import { expect, it } from 'vitest'
import { failed, operation } from './testing/operations.ts'
import { asker, createSimulation, submit } from './testing/simulation.ts'

const retry = { attempts: 1, delayMs: 0, factor: 1, maxDelayMs: 0 }
const run = async () => failed()
const tooMany = 'an operation has too many dead letters'
const few = 'an operation has few enough dead letters again'

it('says once that there are too many dead letters, and once that there are no more', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const noisy = operation({ name: 'noisy', retry, run })
  const quiet = operation({ name: 'quiet', retry, run, deadLetterAlert: 0 })
  const strict = operation({ name: 'strict', retry, run, deadLetterAlert: 1 })
  const node = await simulation.start({ operations: [noisy, quiet, strict], deadLetterAlert: 2 })
  const told = () =>
    node.log.lines
      .filter(({ message }) => message === tooMany || message === few)
      .map(({ level, message, fields }) => [level, message, fields])

  const first = await submit(node, noisy)
  for (let count = 0; count < 3; count += 1) await submit(node, quiet)
  await clock.advance(20_000)
  expect(told()).toEqual([])
  await submit(node, noisy)
  await submit(node, strict)
  await clock.advance(20_000)
  expect(told()).toEqual([
    ['warn', tooMany, { operation: 'noisy', deadLetters: 2, alert: 2 }],
    ['warn', tooMany, { operation: 'strict', deadLetters: 1, alert: 1 }],
  ])
  expect(node.telemetry.count('deadLettered')).toBe(6)
  await node.engine.erase(asker, first.id)
  await clock.advance(20_000)
  expect(told().slice(2)).toEqual([['warn', few, { operation: 'noisy' }]])
  expect(await node.engine.deadLetters.alarms()).toEqual([
    { operation: 'strict', deadLetters: 1, alert: 1 },
  ])
})
