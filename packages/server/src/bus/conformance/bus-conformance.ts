import { describe, expect, it, vi } from 'vitest'
import type { Bus } from '../../ports/bus.ts'

/** Opens a bus that shares nothing with those opened before. */
export type OpenBus = () => Promise<Bus>

/**
 * What every bus does. A hint may take its time to arrive, so that hints are waited for; and as
 * hints may be repeated, none is counted but where there must be none.
 */
export function busConformance(name: string, open: OpenBus): void {
  describe(`the ${name} bus`, () => {
    it('brings a hint to every listener of its topic and to no other', async () => {
      await using bus = await open()
      const [first, second, other] = [vi.fn(), vi.fn(), vi.fn()]
      bus.subscribe('jobs/1', first)
      bus.subscribe('jobs/1', second)
      bus.subscribe('jobs/10', other)
      bus.publish('jobs/1')
      await expect.poll(() => [first, second]).toSatisfy(allCalled)
      await roundTrip(bus)
      expect(other).not.toHaveBeenCalled()
    })

    it('ends only the subscription that is ended, and ends it once', async () => {
      await using bus = await open()
      const listener = vi.fn()
      const kept = vi.fn()
      const end = bus.subscribe('work', listener)
      bus.subscribe('work', kept)
      const again = bus.subscribe('work', listener)
      end()
      end()
      bus.publish('work')
      await expect.poll(() => [listener, kept]).toSatisfy(allCalled)
      again()
      await roundTrip(bus)
      listener.mockClear()
      bus.publish('work')
      await roundTrip(bus)
      expect(listener).not.toHaveBeenCalled()
    })

    it('lets a topic be listened to again after its last subscription ended', async () => {
      await using bus = await open()
      const end = bus.subscribe('work', () => {})
      end()
      const listener = vi.fn()
      bus.subscribe('work', listener)
      end()
      bus.publish('work')
      await expect.poll(() => listener).toHaveBeenCalled()
    })

    it('bears listeners that throw, and that subscribe and end while they are called', async () => {
      await using bus = await open()
      const last = vi.fn()
      bus.subscribe('work', () => {
        throw new Error('from a listener')
      })
      const onceMore = (): void => {
        end()
        end = bus.subscribe('work', onceMore)
      }
      let end = bus.subscribe('work', onceMore)
      bus.subscribe('work', last)
      bus.publish('work')
      await expect.poll(() => last).toHaveBeenCalled()
    })

    it('publishes without listeners, and brings nothing once it is closed', async () => {
      const bus = await open()
      const listener = vi.fn()
      bus.publish('nobody')
      bus.subscribe('work', listener)
      await bus[Symbol.asyncDispose]()
      await bus[Symbol.asyncDispose]()
      bus.publish('work')
      expect(listener).not.toHaveBeenCalled()
    })
  })
}

const allCalled = (listeners: readonly ReturnType<typeof vi.fn>[]): boolean =>
  listeners.every((listener) => listener.mock.calls.length > 0)

/** Resolves when a hint that was published now has come, and with it all before. */
async function roundTrip(bus: Bus): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  const end = bus.subscribe('round-trip', resolve)
  bus.publish('round-trip')
  await promise
  end()
}
