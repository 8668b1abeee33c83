import { expect, it } from 'vitest'
import { replayLane } from '../../core/lane.ts'
import type { DeliveryQuery } from '../../ports/deliveries.ts'
import type { Store } from '../../ports/store.ts'
import {
  claimLane,
  claimOne,
  deliveryTo,
  everyDelivery,
  record,
  subscribed,
  write,
} from './delivery-sample.ts'
import { expectSound, tenant, type OpenStore } from './sample.ts'

const failed = { kind: 'fail', retryAt: null, reason: 'no' } as const

async function list(store: Store, query: Partial<DeliveryQuery> = {}): Promise<readonly string[]> {
  const found: string[] = []
  for (let cursor: string | null = null; ;) {
    const page: Awaited<ReturnType<Store['deliveries']['list']>> = await store.deliveries.list({
      ...everyDelivery,
      ...query,
      cursor,
    })
    found.push(...page.items.map(({ delivery }) => delivery.id))
    cursor = page.next
    if (cursor === null) return found
  }
}

export function deliveryListSuite(open: OpenStore): void {
  it('lists deliveries newest first, by all that can be asked for', async () => {
    await using store = await open()
    const [one, other] = [await subscribed(store), await subscribed(store, { tenant: 'acme' })]
    const [a, b, c] = [deliveryTo(one.id), deliveryTo(one.id), deliveryTo(one.id)]
    const d = deliveryTo(other.id)
    await write(store, [a])
    await write(store, [b], { type: 'order.gone', eventId: 'evt-8' })
    await write(store, [c])
    await write(store, [d], { tenant: 'acme' })
    await record(store, await claimOne(store, one.id), { kind: 'deliver' })
    expect(await list(store)).toEqual([c.id, b.id, a.id])
    expect(await list(store, { limit: 1 })).toEqual([c.id, b.id, a.id])
    expect(await list(store, { endpoint: one.id })).toEqual([c.id, b.id, a.id])
    expect(await list(store, { endpoint: other.id })).toEqual([])
    expect(await list(store, { tenant: 'acme' })).toEqual([d.id])
    expect(await list(store, { states: ['delivered'] })).toEqual([a.id])
    expect(await list(store, { type: 'order.gone' })).toEqual([b.id])
    expect(await list(store, { event: 'evt-8', endpoint: one.id })).toEqual([b.id])
    expect(await list(store, { createdAfter: Date.now() + 1_000 })).toEqual([])
    expect(await list(store, { createdBefore: Date.now() + 1_000 })).toHaveLength(3)
  })

  it('schedules one once more, unless it is being sent or its endpoint is disabled', async () => {
    await using store = await open()
    const endpoint = await subscribed(store)
    const { id } = endpoint
    await write(store, [deliveryTo(id)])
    const held = await claimOne(store, id)
    const again = (of = tenant) => store.deliveries.redeliver(of, held.id, 5)
    expect(await again()).toEqual({ kind: 'being-sent' })
    expect(await again('other')).toEqual({ kind: 'unknown' })
    await record(store, held, failed)
    expect(await again()).toMatchObject({
      kind: 'scheduled',
      listed: { delivery: { state: 'scheduled', attempts: 1, step: 0, dueAt: 5 } },
    })
    expect(await claimOne(store, id)).toMatchObject({ attempts: 1, step: 0, fence: 2 })
    await store.endpoints.change({ ...endpoint, enabled: false }, 1)
    expect(await again()).toEqual({ kind: 'disabled' })
    await expectSound(store)
  })

  it('schedules failed ones once more at a rate, oldest first and page by page', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    const deliveries = Array.from({ length: 5 }, () => deliveryTo(id, { dueAt: 1 }))
    await write(store, deliveries)
    const { claimed } = await claimLane(store, id)
    for (const { delivery } of claimed.slice(1)) await record(store, delivery, failed)
    const lane = replayLane(id)
    const batch = {
      tenant,
      endpoint: id,
      type: null,
      createdAfter: null,
      createdBefore: null,
      lane,
      firstDueAt: 1_000,
      everyMs: 20,
      limit: 3,
    } as const
    const first = await store.deliveries.redeliverFailed({ ...batch, cursor: null })
    expect(first).toEqual({ count: 3, next: deliveries[3]?.id })
    const rest = await store.deliveries.redeliverFailed({ ...batch, cursor: first.next })
    expect(rest).toEqual({ count: 1, next: null })
    expect(await store.deliveries.lanes(id, 9)).toEqual([{ lane, dueAt: 1_000 }])
    const again = await claimLane(store, lane)
    expect(again.claimed.map(({ delivery }) => delivery.id).toSorted()).toEqual(
      deliveries.slice(1).map((each) => each.id),
    )
    expect(
      await store.deliveries.redeliverFailed({ ...batch, tenant: 'other', cursor: null }),
    ).toEqual({ count: 0, next: null })
    await expectSound(store)
  })
}
