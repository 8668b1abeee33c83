import { expect, test } from 'vitest'
import type { LaneWant } from '../../ports/deliveries.ts'
import type { EngineContext } from '../context.ts'
import { createDispatcher } from './dispatcher.ts'

const lane = 'https://shop.example'

/** What a dispatcher uses to find out what is due; of its clock a millisecond goes with each look. */
function createContext() {
  let now = 1_000
  const timers = new Set<() => void>()
  const claimed: LaneWant[] = []
  const ctx = {
    clock: {
      now: () => now++,
      after(_delayMs: number, callback: () => void) {
        timers.add(callback)
        return () => timers.delete(callback)
      },
    },
    soon: (task: () => void) => task(),
    bus: { subscribe: () => () => {} },
    subscribers: { atLeast: () => new Promise(() => {}) },
    store: {
      deliveries: {
        async claim({ wants }: { wants: readonly LaneWant[] }) {
          claimed.push(...wants)
          return { claimed: [], givenUp: [], lanes: [] }
        },
      },
    },
  } as unknown as EngineContext
  const fire = (): void => {
    for (const callback of timers) {
      timers.delete(callback)
      callback()
    }
  }
  return { ctx, claimed, fire }
}

test.each([0, 1, 2, 3, 4, 5])(
  'what becomes due while it is found that nothing is due is not left until the next look: %i ms',
  (inMs) => {
    const { ctx, claimed, fire } = createContext()
    const dispatcher = createDispatcher(ctx)
    dispatcher.start()
    dispatcher.due(lane, 1_000 + inMs)
    for (let wakes = 0; wakes < 10; wakes += 1) fire()
    expect(claimed.map((want) => want.lane)).toEqual([lane])
  },
)
