import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startBuzzer, type RunningBuzzer } from './buzzer.ts'
import { measureLevel, measureRecovery } from './overload-level.ts'

// A capacity that is bound by the operation and not by the processor, so that what else the machine
// does has little to say: 10 at a time, each for 50 ms.
const capacity = 200
const pace = { operation: 'steady', warmUpMs: 500, measuredMs: 2_500, connections: 500 } as const
const mb = 1_048_576

let buzzer: RunningBuzzer

beforeAll(async () => {
  buzzer = await startBuzzer({
    config: fileURLToPath(new URL('overload.config.ts', import.meta.url)),
  })
})
afterAll(() => buzzer[Symbol.asyncDispose]())

describe('under more load than can be done', () => {
  // The machine may have something else to do for a moment, just then.
  test.each([2, 5, 10])(
    '%i times as much: as much is done, as fast',
    { retry: 2 },
    async (times) => {
      const atCapacity = await measureLevel(buzzer, { ...pace, perSecond: capacity })
      const level = await measureLevel(buzzer, { ...pace, perSecond: capacity * times })
      const { statuses, goodput, accepted, memory } = level
      expect(Object.keys(statuses), JSON.stringify(statuses)).toEqual(['202', '503'])
      expect(statuses[503]).toBeGreaterThan(level.offered * (1 - 1.3 / times))
      expect(goodput).toBeGreaterThan(0.9 * atCapacity.goodput)
      // Below this it is the machine's other work that is measured.
      expect(accepted.p99Ms).toBeLessThan(3 * Math.max(20, atCapacity.accepted.p99Ms))
      expect(memory).toBeLessThan(atCapacity.memory + 150 * mb)
    },
  )

  test('it is over as soon as the load is', async () => {
    expect(await measureRecovery(buzzer)).toBeLessThan(30_000)
    const after = await measureLevel(buzzer, { ...pace, perSecond: capacity / 2 })
    expect(after.statuses).toEqual({ 202: after.offered })
  })
})
