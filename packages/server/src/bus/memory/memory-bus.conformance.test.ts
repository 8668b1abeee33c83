import { expect, it } from 'vitest'
import { busConformance } from '../conformance/bus-conformance.ts'
import { createMemoryBus } from './memory-bus.ts'

busConformance('memory', async () => createMemoryBus())

it('tells of a listener that threw', () => {
  const faults: unknown[] = []
  const bus = createMemoryBus((topic, fault) => faults.push([topic, fault]))
  const fault = new Error('from a listener')
  bus.subscribe('work', () => {
    throw fault
  })
  bus.publish('work')
  expect(faults).toEqual([['work', fault]])
})
