import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { channel } from '../channels/testing/channels.ts'
import { operation } from '../testing/operations.ts'
import { createReceivers, failing, taken, type Receivers } from '../testing/receivers.ts'
import {
  createSimulation,
  submit,
  type Fault,
  type Node,
  type Simulation,
} from '../testing/simulation.ts'
import { createVirtualClock } from '../testing/virtual-clock.ts'
import { deliveriesOf, publish, subscribe } from './testing/webhooks.ts'

const second = 1_000
const everything = 'https://everything.example/'
const flaky = 'https://flaky.example/'
const ordered = 'https://ordered.example/'
const callback = 'https://callback.example/'

interface Storm {
  readonly seed: number
  /** In which a call of the store goes wrong, of a hundred. */
  readonly faults: number
  readonly lostHints: boolean
  /** Events and jobs between two deaths of the node. */
  readonly lives: readonly number[]
}

const storms: fc.Arbitrary<Storm> = fc.record({
  seed: fc.integer({ min: 1, max: 1_000_000 }),
  faults: fc.constantFrom(0, 5, 20),
  lostHints: fc.boolean(),
  lives: fc.array(fc.integer({ min: 0, max: 12 }), { minLength: 1, maxLength: 3 }),
})

/** Only what deliveries are made of goes wrong: that events are kept is proven elsewhere. */
const isTouched = (call: string): boolean => /^(?:fanOut|deliveries|endpoints)\./.test(call)

async function startNode(
  simulation: Simulation,
  receivers: Receivers,
  { faults }: Storm,
): Promise<Node> {
  const fault = (call: string): Fault => {
    if (!isTouched(call) || simulation.random.fraction() * 100 >= faults) return null
    return simulation.random.fraction() < 0.5 ? 'before' : 'after'
  }
  const channels = [channel({ name: 'orders.{id}' })]
  return simulation.start({ operations: [operation()], channels, receivers, fault })
}

test(
  'whatever goes wrong, everything reaches everybody who wants it',
  { timeout: 60_000 },
  async () => {
    const run = async (storm: Storm): Promise<void> => {
      const clock = createVirtualClock()
      const loses = storm.lostHints
        ? (): boolean => simulation.random.fraction() < 0.5
        : () => false
      await using simulation = await createSimulation({ seed: storm.seed, loses, clock })
      const receivers = createReceivers(clock)
      receivers.behave(flaky, () => (simulation.random.fraction() < 0.3 ? failing(503) : taken))
      const calm = await startNode(simulation, receivers, { ...storm, faults: 0 })
      // More attempts than chance can use up.
      const policy = { scheduleMs: Array.from({ length: 50 }, () => second) }
      await subscribe(simulation, calm, { url: everything })
      await subscribe(simulation, calm, { url: flaky, policy, channels: ['orders.*'] })
      await subscribe(simulation, calm, { url: ordered, policy: { ordered: true } })
      await calm.vanish()

      let sent = 0
      const jobs: string[] = []
      for (const count of storm.lives) {
        const node = await startNode(simulation, receivers, storm)
        for (let index = 0; index < count; index += 1) {
          await publish({ simulation }, node, `orders.${sent % 2}`, sent)
          sent += 1
          if (index % 3 > 0) continue
          const wish = { callback: { url: callback, events: 'states', secret: null } } as const
          jobs.push((await clock.until(submit(node, operation(), wish))).id)
        }
        await clock.advance(Math.floor(simulation.random.fraction() * 2 * second))
        await node.vanish()
      }
      const last = await startNode(simulation, receivers, { ...storm, faults: 0 })
      await clock.advance(180 * second)

      const wanted = Array.from({ length: sent }, (_, index) => index)
      for (const url of [everything, flaky, ordered]) {
        const data = receivers.at(url).map(({ event }) => event['data'])
        expect(new Set(data.filter((value) => typeof value === 'number'))).toEqual(new Set(wanted))
      }
      const ends = receivers
        .at(callback)
        .filter(({ event }) => event['type'] === 'dev.buzzer.job.succeeded')
      expect(new Set(ends.map(({ event }) => event['subject']))).toEqual(new Set(jobs))
      expectOrder(receivers)
      const open = await deliveriesOf(simulation, last, {
        states: ['scheduled', 'sending', 'failed'],
      })
      expect(open).toEqual([])
      expectOnceEach(await deliveriesOf(simulation, last))
    }
    await fc.assert(fc.asyncProperty(storms, run), { numRuns: 15 })
  },
)

/** Leaving out what came again, each channel comes in its order. */
function expectOrder(receivers: Receivers): void {
  const seen = new Map<unknown, string[]>()
  for (const { event } of receivers.at(ordered)) {
    const sequences = seen.get(event['source']) ?? []
    const sequence = String(event['sequence'])
    if (!sequences.includes(sequence)) sequences.push(sequence)
    seen.set(event['source'], sequences)
  }
  for (const sequences of seen.values()) expect(sequences).toEqual(sequences.toSorted())
}

/** A step that came twice made its deliveries once. */
function expectOnceEach(all: Awaited<ReturnType<typeof deliveriesOf>>): void {
  const keys = all.map(({ delivery, message }) =>
    [delivery.target.id, message.channel, message.offset, message.type].join(' '),
  )
  expect(keys.toSorted()).toEqual([...new Set(keys)].toSorted())
}
