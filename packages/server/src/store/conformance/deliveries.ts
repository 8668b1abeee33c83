import { expect, it } from 'vitest'
import type { Sending } from '../../core/delivery.ts'
import { liveLane, replayLane } from '../../core/lane.ts'
import { maxLeasesLost } from '../../core/lease.ts'
import type { Store } from '../../ports/store.ts'
import {
  claimLane,
  claimOne,
  deliveryTo,
  drain,
  freshDeliveryId,
  nameOf,
  record,
  subscribed,
  want,
  write,
} from './delivery-sample.ts'
import { expectSound, minuteMs, tenant, type OpenStore } from './sample.ts'

const failed = { kind: 'fail', retryAt: null, reason: 'no answer' } as const

const told = async (store: Store, of = tenant): Promise<readonly unknown[]> => {
  const { events } = await store.events.read(of, 'webhooks', 0, 100)
  return events.map((each): unknown => (each.kind === 'published' ? JSON.parse(each.text) : each))
}

/** As often as it may be: by leases that have ended as soon as they are given. */
async function lose(store: Store, lane: string): Promise<Sending> {
  let held: Sending | undefined
  for (let lost = 0; lost <= maxLeasesLost; lost += 1) {
    const { claimed } = await claimLane(store, lane, { leaseMs: -1 })
    held = claimed[0]?.delivery
  }
  if (held === undefined) throw new Error(`There was nothing to claim in ${lane}.`)
  return held
}

export function deliverySuite(open: OpenStore): void {
  it('claims what is due with what it carries, and only once', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    const [now, later] = [deliveryTo(id), deliveryTo(id, { dueAt: Date.now() + minuteMs })]
    await write(store, [now, later])
    expect(await store.deliveries.depth()).toMatchObject({ scheduled: 2, oldestDueAt: now.dueAt })
    const { claimed, lanes } = await claimLane(store, id)
    expect(claimed).toMatchObject([
      {
        delivery: { id: now.id, tenant, target: now.target, state: 'sending', fence: 1 },
        message: { channel: 'orders', offset: 7, eventId: 'evt-7', body: '{"n":7}' },
        callback: null,
      },
    ])
    expect(lanes).toEqual([{ lane: id, dueAt: later.dueAt }])
    expect((await claimLane(store, id)).claimed).toEqual([])
    expect((await claimLane(store, 'nobody')).lanes).toEqual([{ lane: 'nobody', dueAt: null }])
    expect(await store.deliveries.depth()).toMatchObject({ scheduled: 1 })
    await expectSound(store)
  })

  it('tells lanes apart, each with its beginning, page by page', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    const lanes = ['a', 'b', 'c'].map((lane, index) => ({ lane, dueAt: 1_000 + index }))
    for (const { lane, dueAt } of lanes) {
      await write(
        store,
        [dueAt + 9, dueAt].map((due) => deliveryTo(id, { lane, dueAt: due })),
      )
    }
    expect(await store.deliveries.lanes('', 2)).toEqual(lanes.slice(0, 2))
    expect(await store.deliveries.lanes('b', 2)).toEqual(lanes.slice(2))
    const { claimed } = await store.deliveries.claim({
      wants: [want('a', { max: 1 }), want('c', { max: 5 })],
    })
    expect(claimed.map(({ delivery }) => delivery.lane)).toEqual(['a', 'c', 'c'])
  })

  it('stores one as claimed where it is sent at once, and gives it out when its lease ends', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    const standing = deliveryTo(id, { leaseUntil: Date.now() + minuteMs })
    const ended = deliveryTo(id, { leaseUntil: Date.now() - 1 })
    await write(store, [standing, ended])
    const { claimed, lanes } = await claimLane(store, id)
    expect(claimed).toMatchObject([{ delivery: { id: ended.id, fence: 2, attempts: 0 } }])
    expect(lanes).toMatchObject([{ dueAt: standing.leaseUntil }])
    for (const { delivery } of claimed) {
      const late = record(store, { ...delivery, fence: 1 }, { kind: 'deliver' })
      expect(await late).toEqual({ kind: 'lease-lost' })
    }
    await expectSound(store)
  })

  it('keeps attempts, states and the health of the endpoint', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    await write(store, [deliveryTo(id)])
    const retryAt = Date.now() - 1
    const first = await claimOne(store, id)
    const input = { kind: 'fail', retryAt, reason: 'busy' } as const
    expect(await record(store, first, input)).toEqual({ kind: 'settled', disabled: null })
    expect(await record(store, first, input)).toEqual({ kind: 'lease-lost' })
    expect((await store.endpoints.read(tenant, id))?.health).toMatchObject({ failures: 1 })
    const second = await claimOne(store, id)
    expect(second).toMatchObject({ attempts: 1, step: 1, fence: 2 })
    await record(store, second, { kind: 'deliver' })
    expect((await store.endpoints.read(tenant, id))?.health).toMatchObject({
      failures: 0,
      failingSince: null,
      lastSuccessAt: expect.any(Number),
    })
    expect(await store.deliveries.read(tenant, first.id)).toMatchObject({
      delivery: { state: 'delivered', attempts: 2 },
      last: { status: 200, error: null },
      body: '{"n":7}',
      history: [
        { attempt: 1, status: 503, error: 'busy', latencyMs: 12 },
        { attempt: 2, status: 200, answer: { headers: { 'x-a': '1' }, body: 'ok' } },
      ],
    })
    expect(await store.deliveries.read('other', first.id)).toBeNull()
    expect(await told(store)).toEqual([])
    await expectSound(store)
  })

  it('disables an endpoint that failed too often or is gone, and tells its tenant', async () => {
    await using store = await open()
    const policy = { disableAfter: { failures: 2, failingForMs: minuteMs } }
    const endpoint = await subscribed(store, { policy, settings: { channels: ['webhooks'] } })
    const { id } = endpoint
    await write(store, [deliveryTo(id), deliveryTo(id), deliveryTo(id)])
    const { revision } = await store.endpoints.list()
    const attempts = [await claimOne(store, id), await claimOne(store, id)] as const
    await record(store, attempts[0], { ...failed, retryAt: Date.now() })
    const settled = await record(store, attempts[1], failed)
    expect(settled).toEqual({ kind: 'settled', disabled: 'failures' })
    expect(await store.endpoints.read(tenant, id)).toMatchObject({
      enabled: false,
      disabled: { reason: 'failures' },
      version: 2,
    })
    expect((await store.endpoints.list()).revision).toBe(revision + 1)
    expect(await told(store)).toMatchObject([
      {
        type: 'dev.buzzer.webhook.disabled',
        source: '/webhooks',
        subject: id,
        data: { webhook: id, url: endpoint.settings.url, reason: 'failures', failures: 2 },
      },
      {
        type: 'dev.buzzer.delivery.failed',
        subject: attempts[1].id,
        data: { webhook: id, attempts: 1, error: 'no answer', event: { channel: 'orders' } },
      },
    ])
    const gone = await subscribed(store, { tenant: 'acme' })
    await write(store, [deliveryTo(gone.id)], { tenant: 'acme' })
    const held = await claimOne(store, gone.id)
    expect(await record(store, held, failed, { verdict: 'gone' })).toMatchObject({
      disabled: 'gone',
    })
    expect(await told(store, 'acme')).toHaveLength(2)
    await expectSound(store)
  })

  it('brings what it tells to whoever subscribes to it, but not that this failed too', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    const watcher = await subscribed(store, { settings: { channels: ['webhooks'] } })
    await write(store, [deliveryTo(id)])
    await record(store, await claimOne(store, id), failed)
    expect((await drain(store)).map(nameOf)).toEqual(['default webhooks 1'])
    await write(store, [deliveryTo(watcher.id)], { channel: 'webhooks' })
    await record(store, await claimOne(store, watcher.id), failed)
    expect(await drain(store)).toEqual([])
  })

  it('takes back what was claimed and not sent, which costs no attempt', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    await write(store, [deliveryTo(id)])
    const { fence, ...held } = await claimOne(store, id)
    await store.deliveries.release([{ id: held.id, fence: fence + 1 }], 1)
    expect((await claimLane(store, id)).claimed).toEqual([])
    await store.deliveries.release([{ id: held.id, fence }], 1)
    expect(await claimOne(store, id)).toMatchObject({ attempts: 0, fence: 2 })
    await expectSound(store)
  })

  it('gives one up whose senders vanish again and again, and begins to count anew where it is sent again', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    await write(store, [deliveryTo(id)])
    const held = await lose(store, id)
    // Whoever could record what came of it did not vanish, so that it begins to count anew.
    await record(store, held, { kind: 'fail', retryAt: Date.now() - 1, reason: 'busy' })
    const last = await lose(store, id)
    const { claimed, givenUp, lanes } = await claimLane(store, id)
    expect({ claimed, givenUp, lanes }).toEqual({
      claimed: [],
      givenUp: [
        { id: held.id, tenant, target: { kind: 'endpoint', id }, leasesLost: maxLeasesLost + 1 },
      ],
      lanes: [{ lane: id, dueAt: null }],
    })
    expect(await record(store, last, { kind: 'deliver' })).toEqual({ kind: 'lease-lost' })
    const reason = expect.stringContaining('vanished 6 times')
    expect(await store.deliveries.read(tenant, held.id)).toMatchObject({
      delivery: { state: 'failed', attempts: 1, reason },
    })
    expect(await told(store)).toMatchObject([
      {
        type: 'dev.buzzer.delivery.failed',
        subject: held.id,
        data: { attempts: 1, error: reason },
      },
    ])
    expect((await store.endpoints.read(tenant, id))?.health).toMatchObject({ failures: 1 })
    await expectSound(store)
    await store.deliveries.redeliver(tenant, held.id, Date.now() - 1)
    await lose(store, id)
    expect((await claimLane(store, id)).givenUp).toHaveLength(1)
    await expectSound(store)
  })

  it('fails what waits for an endpoint that is disabled or gone, page by page', async () => {
    await using store = await open()
    const [gone, disabled, there] = [
      await subscribed(store),
      await subscribed(store),
      await subscribed(store),
    ]
    for (const { id } of [gone, disabled, there]) {
      await write(store, [deliveryTo(id), deliveryTo(id, { lane: replayLane(id) })])
    }
    const held = await claimOne(store, liveLane(disabled.id))
    await store.endpoints.remove(tenant, gone.id)
    await store.endpoints.change({ ...disabled, enabled: false }, 1)
    expect(await store.deliveries.drop(2)).toBe(2)
    expect(await store.deliveries.drop(2)).toBe(1)
    expect(await store.deliveries.drop(2)).toBe(0)
    expect(await store.deliveries.depth()).toMatchObject({ scheduled: 2 })
    await record(store, held, { ...failed, retryAt: Date.now() })
    expect(await store.deliveries.drop(2)).toBe(1)
    expect(await store.deliveries.read(tenant, held.id)).toMatchObject({
      delivery: { state: 'failed', reason: expect.stringContaining('disabled') },
    })
    await expectSound(store)
  })

  it('removes ended ones past their retention, with their messages', async () => {
    await using store = await open()
    const { id } = await subscribed(store)
    const [first, second] = [deliveryTo(id, { id: freshDeliveryId() }), deliveryTo(id)]
    await write(store, [first, second])
    await record(store, await claimOne(store, id), { kind: 'deliver' })
    const keep = { jobsMs: minuteMs, tombstonesMs: minuteMs, eventsMs: minuteMs }
    expect(await store.upkeep.retain({ ...keep, deliveriesMs: minuteMs }, 10)).toMatchObject({
      deliveries: 0,
    })
    const past = { ...keep, deliveriesMs: -minuteMs }
    expect(await store.upkeep.retain(past, 10)).toMatchObject({ deliveries: 1, more: false })
    expect(await store.deliveries.read(tenant, first.id)).toBeNull()
    expect(await store.deliveries.read(tenant, second.id)).not.toBeNull()
    await expectSound(store)
  })
}
