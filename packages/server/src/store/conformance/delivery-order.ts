import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import type { Sending } from '../../core/delivery.ts'
import type { NewDelivery } from '../../ports/fan-out.ts'
import { claimLane, claimOne, deliveryTo, record, subscribed, write } from './delivery-sample.ts'
import { expectSound, minuteMs, type OpenStore } from './sample.ts'

const step = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('write'), due: fc.integer({ max: 1_000, min: -50 }) }),
  },
  {
    weight: 2,
    arbitrary: fc.record({ kind: fc.constant('claim'), max: fc.integer({ min: 1, max: 3 }) }),
  },
  fc.record({
    kind: fc.constantFrom('deliver', 'fail', 'release'),
    pick: fc.nat(20),
    due: fc.integer({ max: 1_000, min: -50 }),
  }),
)

/** Far enough away that no test lasts as long. */
const dueOf = (due: number): number => (due < 900 ? 10_000 + due : Date.now() + minuteMs + due)

interface Waiting {
  readonly id: string
  readonly dueAt: number
}

const inOrder = (one: Waiting, other: Waiting): number =>
  one.dueAt - other.dueAt || (one.id < other.id ? -1 : 1)

export function deliveryOrderSuite(open: OpenStore): void {
  it('claims in the order in which they are due, whatever becomes of each', async () => {
    const property = fc.asyncProperty(fc.array(step, { maxLength: 40 }), async (steps) => {
      await using store = await open()
      const { id: lane } = await subscribed(store, {
        policy: { disableAfter: { failures: 1_000, failingForMs: minuteMs } },
      })
      let waiting: Waiting[] = []
      const held: Sending[] = []
      for (const each of steps) {
        if ('max' in each) {
          const due = waiting.filter(({ dueAt }) => dueAt <= Date.now()).toSorted(inOrder)
          const expected = due.slice(0, each.max).map(({ id }) => id)
          const { claimed } = await claimLane(store, lane, { max: each.max })
          expect(claimed.map(({ delivery }) => delivery.id)).toEqual(expected)
          waiting = waiting.filter(({ id }) => !expected.includes(id))
          held.push(...claimed.map(({ delivery }) => delivery))
        } else if (!('pick' in each)) {
          const delivery = deliveryTo(lane, { dueAt: dueOf(each.due) })
          await write(store, [delivery])
          waiting.push(delivery)
        } else {
          const [one] = held.splice(each.pick % Math.max(held.length, 1), 1)
          if (one === undefined) continue
          const dueAt = dueOf(each.due)
          if (each.kind === 'release') await store.deliveries.release([one], dueAt)
          else if (each.kind === 'deliver') await record(store, one, { kind: 'deliver' })
          else await record(store, one, { kind: 'fail', retryAt: dueAt, reason: 'no' })
          if (each.kind !== 'deliver') waiting.push({ id: one.id, dueAt })
        }
        expect((await store.deliveries.depth()).scheduled).toBe(waiting.length)
      }
      await expectSound(store)
    })
    await fc.assert(property, { numRuns: 20 })
  })

  it('gives out only the first of an ordered lane, which holds up those behind it', async () => {
    await using store = await open()
    const { id: lane } = await subscribed(store, { policy: { ordered: true } })
    const now = Date.now()
    const ordered = (rank: number, wish: Partial<NewDelivery> = {}) =>
      deliveryTo(lane, { rank, dueAt: now, ...wish })
    const [first, second] = [ordered(1), ordered(2)]
    await write(store, [first, second, ordered(3)])
    const held = await claimOne(store, lane, true)
    expect(held.id).toBe(first.id)
    const next = await claimLane(store, lane, { ordered: true })
    expect(next).toMatchObject({ claimed: [], lanes: [{ dueAt: held.leaseUntil }] })
    const retryAt = now + minuteMs
    await record(store, held, { kind: 'fail', retryAt, reason: 'no' }, { rank: null })
    expect(await claimLane(store, lane, { ordered: true })).toMatchObject({
      claimed: [],
      lanes: [{ dueAt: retryAt }],
    })
    await store.deliveries.redeliver(held.tenant, held.id, now)
    await record(store, await claimOne(store, lane, true), { kind: 'deliver' })
    // One that was redelivered stands by its age, which is later than these made-up ones.
    await expectSound(store)
  })

  it('never lets one go before another of an ordered lane that came earlier, whatever the clock says', async () => {
    await using store = await open()
    const { id: lane } = await subscribed(store, { policy: { ordered: true } })
    const now = Date.now()
    const made = [now, now - minuteMs, now - minuteMs, now - 1, now, now + 1].map((rank) =>
      deliveryTo(lane, { rank, dueAt: now - minuteMs }),
    )
    // After a start on a clock that was set back, ids begin lower too.
    const written = [made[1], made[0], ...made.slice(2)].filter((each) => each !== undefined)
    for (const delivery of written) await write(store, [delivery])
    const sent: string[] = []
    while (sent.length < written.length) {
      const held = await claimOne(store, lane, true)
      sent.push(held.id)
      await record(store, held, { kind: 'deliver' })
    }
    expect(sent).toEqual(written.map(({ id }) => id))
    await expectSound(store)
  })

  it('keeps the place of one that was stored as claimed in an ordered lane, and of one given back', async () => {
    await using store = await open()
    const { id: lane } = await subscribed(store, { policy: { ordered: true } })
    const now = Date.now()
    const first = deliveryTo(lane, { rank: now, dueAt: now, leaseUntil: now + minuteMs })
    await write(store, [first, deliveryTo(lane, { rank: now + 1, dueAt: now })])
    expect((await claimLane(store, lane, { ordered: true })).claimed).toEqual([])
    await store.deliveries.release([{ id: first.id, fence: 1 }], now)
    expect((await claimOne(store, lane, true)).id).toBe(first.id)
  })

  it('goes by time again where a lane is not ordered any more', async () => {
    await using store = await open()
    const endpoint = await subscribed(store, { policy: { ordered: true } })
    const [now, lane] = [Date.now(), endpoint.id]
    const [first, second] = [
      deliveryTo(lane, { rank: 1, dueAt: now + minuteMs }),
      deliveryTo(lane, { rank: 2, dueAt: now }),
    ]
    await write(store, [first, second])
    const policy = { ...endpoint.settings.policy, ordered: false }
    await store.endpoints.change({ ...endpoint, settings: { ...endpoint.settings, policy } }, 1)
    expect(await store.deliveries.lanes('', 1)).toEqual([{ lane, dueAt: now }])
    expect((await claimOne(store, lane)).id).toBe(second.id)
  })
}
