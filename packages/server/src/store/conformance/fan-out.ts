import { expect, it } from 'vitest'
import type { Store } from '../../ports/store.ts'
import {
  claimLane,
  deliveryTo,
  drain,
  names,
  nameOf,
  pass,
  publishTo,
  sampleEndpoint,
  sampleMessage,
  subscribed,
} from './delivery-sample.ts'
import { expectSound, minuteMs, running, succeed, tenant, type OpenStore } from './sample.ts'

const read = async (store: Store, limit = 1_000) => names(await store.fanOut.read(limit))

export function fanOutSuite(open: OpenStore): void {
  it('has nothing where nobody subscribes, and what came before somebody did', async () => {
    await using store = await open()
    await publishTo(store, 'orders', ['a'])
    expect(await store.fanOut.read(10)).toMatchObject({ entries: [], more: false, lost: 0 })
    await subscribed(store)
    await publishTo(store, 'orders', ['b'])
    expect(await read(store)).toEqual(['default orders 2'])
    await expectSound(store)
  })

  it('has events of channels that some endpoint of the tenant subscribes to', async () => {
    await using store = await open()
    await subscribed(store, { settings: { channels: ['orders.*', 'operations/render'] } })
    await subscribed(store, { tenant: 'acme', settings: { channels: ['stock'] } })
    await subscribed(store, { enabled: false, settings: { channels: ['parts'] } })
    for (const channel of ['orders.made', 'stock', 'parts']) await publishTo(store, channel, ['a'])
    await publishTo(store, 'stock', ['a'], 'acme')
    await succeed(store, await running(store))
    expect((await read(store)).toSorted()).toEqual([
      'acme stock 1',
      'default operations/render 1',
      'default orders.made 1',
    ])
    await expectSound(store)
  })

  it('has an event of a shared channel once for each tenant that hears it', async () => {
    await using store = await open()
    for (const each of ['acme', 'acme', 'bravo']) await subscribed(store, { tenant: each })
    await subscribed(store, { tenant: 'cargo', settings: { channels: ['other'] } })
    await publishTo(store, 'news', ['a', 'b'], '*')
    const expected = ['acme news 1', 'bravo news 1', 'acme news 2', 'bravo news 2']
    expect(await read(store)).toEqual(expected)
    // What is one event for several tenants stays on one page.
    expect((await drain(store, 1)).map(nameOf)).toEqual(expected)
  })

  it('follows changes of endpoints at once, and forgets one that failed', async () => {
    await using store = await open()
    const endpoint = await subscribed(store, { settings: { channels: ['a'] } })
    const changed = { ...endpoint, settings: { ...endpoint.settings, channels: ['b'] } }
    const failing = sampleEndpoint({ id: endpoint.id, settings: { channels: ['c'] } })
    const together = [
      publishTo(store, 'a', ['1']),
      store.endpoints.create(failing).catch(() => 'failed'),
      publishTo(store, 'c', ['1']),
    ]
    await Promise.all(together)
    await store.endpoints.change(changed, 1)
    for (const channel of ['a', 'b', 'c']) await publishTo(store, channel, ['2'])
    await store.endpoints.remove(tenant, endpoint.id)
    await publishTo(store, 'b', ['3'])
    expect(await read(store)).toEqual(['default a 1', 'default b 1'])
    await expectSound(store)
  })

  it('reads bounded pages from the cursor, in order, whatever is written in between', async () => {
    await using store = await open()
    await subscribed(store)
    const expected: string[] = []
    for (let round = 1; round <= 5; round += 1) {
      await publishTo(store, 'x', ['1', '2', '3'])
      for (let event = 1; event <= 3; event += 1) {
        expected.push(`default x ${(round - 1) * 3 + event}`)
      }
    }
    const page = await store.fanOut.read(4)
    expect(page).toMatchObject({ more: true })
    expect(names(page)).toEqual(expected.slice(0, 4))
    expect(names(await store.fanOut.read(4))).toEqual(expected.slice(0, 4))
    await pass(store, page)
    expect((await drain(store, 4)).map(nameOf)).toEqual(expected.slice(4))
    expect(await store.fanOut.read(4)).toMatchObject({ entries: [], more: false })
    await expectSound(store)
  })

  it('ends a page early where events are large, but never before the first', async () => {
    await using store = await open()
    await subscribed(store)
    await publishTo(store, 'x', ['a'.repeat(900_000), 'b'.repeat(900_000)])
    expect(await read(store)).toEqual(['default x 1'])
    expect((await drain(store)).map(nameOf)).toEqual(['default x 1', 'default x 2'])
  })

  it('writes a step once, also where it comes twice', async () => {
    await using store = await open()
    const endpoint = await subscribed(store)
    await publishTo(store, 'x', ['1', '2'])
    const { move } = await store.fanOut.read(1)
    const delivery = deliveryTo(endpoint.id)
    const messages = [sampleMessage([delivery])]
    const step = { move, createdAt: Date.now(), messages }
    expect(await store.fanOut.write(step)).toEqual({ skipped: [] })
    expect(await store.fanOut.write(step)).toEqual({ skipped: [delivery.id] })
    expect((await claimLane(store, endpoint.id)).claimed).toHaveLength(1)
    expect(await read(store)).toEqual(['default x 2'])
    await expectSound(store)
  })

  it('moves the cursor only with all of the deliveries', async () => {
    await using store = await open()
    const endpoint = await subscribed(store)
    await publishTo(store, 'x', ['1'])
    const { move } = await store.fanOut.read(1)
    const twice = deliveryTo(endpoint.id)
    const messages = [sampleMessage([twice]), sampleMessage([twice])]
    await expect(store.fanOut.write({ move, createdAt: 1, messages })).rejects.toThrow(/./)
    expect(await read(store)).toEqual(['default x 1'])
    expect((await claimLane(store, endpoint.id)).claimed).toEqual([])
    await expectSound(store)
  })

  it('leaves out deliveries whose endpoint is disabled or gone by then', async () => {
    await using store = await open()
    const there = await subscribed(store)
    const disabled = await subscribed(store, { enabled: false })
    const deliveries = [there, disabled, sampleEndpoint()].map(({ id }) => deliveryTo(id))
    const [, ...left] = deliveries.map(({ id }) => id)
    const messages = [sampleMessage(deliveries), sampleMessage([deliveryTo(disabled.id)])]
    const { skipped } = await store.fanOut.write({ move: null, createdAt: 1, messages })
    expect(skipped.slice(0, 2)).toEqual(left)
    expect(skipped).toHaveLength(3)
    await expectSound(store)
  })

  it('waits for the cursor before events leave a channel, within a bound', async () => {
    await using store = await open()
    await subscribed(store)
    const history = { count: 10, ageMs: null }
    const events = Array.from({ length: 500 }, (_, index) => ({
      id: `${index}`,
      source: null,
      at: 1,
      text: '{}',
    }))
    const publish = () => store.events.publish({ tenant, channel: 'x', history, events })
    await publish()
    const keep = { jobsMs: minuteMs, tombstonesMs: minuteMs, eventsMs: 0, deliveriesMs: minuteMs }
    await store.upkeep.retain(keep, 1_000)
    expect(await drain(store)).toHaveLength(500)
    await store.upkeep.retain(keep, 1_000)
    for (let round = 0; round < 22; round += 1) await publish()
    let lost = 0
    let given = 0
    for (let page = await store.fanOut.read(1_000); ; page = await store.fanOut.read(1_000)) {
      lost += page.lost
      given += page.entries.length
      await pass(store, page)
      if (!page.more) break
    }
    expect(lost + given).toBe(11_000)
    expect(lost).toBeGreaterThan(0)
    expect(given).toBeGreaterThanOrEqual(10_000)
    await expectSound(store)
  })
}
