import { describe, expect, test } from 'vitest'
import type { Endpoint } from '../../core/endpoint.ts'
import { failing, taken } from '../testing/receivers.ts'
import { asker } from '../testing/simulation.ts'
import { deliveriesOf, openWorld, publish, subscribe, type World } from './testing/webhooks.ts'

const second = 1_000
const minute = 60 * second
const url = 'https://shop.example/hook'
const never = new AbortController().signal

const dataAt = ({ receivers }: World, at = url) =>
  receivers.at(at).map(({ event }) => event['data'])

/** A webhook that failed with so many events, and is sound again. */
async function failedWith(world: World, count: number): Promise<Endpoint> {
  const { simulation, node, receivers } = world
  const endpoint = await subscribe(simulation, node, { policy: { scheduleMs: [0] } })
  receivers.behave(url, () => failing(500))
  for (let index = 0; index < count; index += 1) await publish(world, node, 'orders.1', index)
  await simulation.clock.advance(10 * minute)
  receivers.behave(url, () => taken)
  return endpoint
}

describe('one delivery', () => {
  test('is sent once more under its id, whether it failed or was delivered', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    await failedWith(world, 1)
    const [failed] = await deliveriesOf(simulation, node)
    const id = failed?.delivery.id
    if (id === undefined) throw new Error('There is none.')
    for (let times = 0; times < 2; times += 1) {
      const again = await simulation.clock.until(node.engine.webhooks.redeliver(asker, id))
      expect(again).toMatchObject({ kind: 'scheduled', listed: { delivery: { step: 0 } } })
      await simulation.clock.advance(second)
    }
    expect(receivers.at(url).map(({ delivery }) => delivery.id)).toEqual([id, id, id])
    const whole = await simulation.clock.until(node.engine.webhooks.delivery(asker, id))
    expect(whole?.delivery).toMatchObject({ state: 'delivered', attempts: 3 })
    expect(whole?.history.map(({ error }) => error)).toEqual(['It answered 500.', null, null])
  })

  test('of another tenant, or none, is not there', async () => {
    await using world = await openWorld()
    const { simulation, node } = world
    await failedWith(world, 1)
    const [listed] = await deliveriesOf(simulation, node)
    const id = listed?.delivery.id
    if (id === undefined) throw new Error('There is none.')
    const other = node.engine.webhooks.redeliver({ tenant: 'other' }, id)
    expect(await simulation.clock.until(other)).toMatchObject({
      problem: { code: 'delivery-not-found' },
    })
  })

  test('of a webhook that was removed says so', async () => {
    await using world = await openWorld()
    const { simulation, node } = world
    const { id: endpoint } = await failedWith(world, 1)
    const [listed] = await deliveriesOf(simulation, node)
    const id = listed?.delivery.id
    if (id === undefined) throw new Error('There is none.')
    await simulation.clock.until(node.engine.webhooks.remove(asker, endpoint, () => true))
    const again = await simulation.clock.until(node.engine.webhooks.redeliver(asker, id))
    expect(again).toMatchObject({ problem: { code: 'webhook-not-found' } })
  })
})

describe('all that failed', () => {
  test('is sent at the rate that was asked for, and live events do not wait for it', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    const { id: endpoint } = await failedWith(world, 20)
    const before = receivers.at(url).length
    const order = { endpoint, type: null, createdAfter: null, createdBefore: null }
    const sent = await simulation.clock.until(
      node.engine.webhooks.redeliverFailed(asker, { ...order, everyMs: 1_000, signal: never }),
    )
    expect(sent).toEqual({ kind: 'scheduled', count: 20 })
    await publish(world, node, 'orders.1', 'live')
    await simulation.clock.advance(5 * second)
    expect(dataAt(world).slice(before)).toContain('live')
    expect(receivers.at(url).length - before).toBeLessThanOrEqual(8)
    await simulation.clock.advance(20 * second)
    expect(dataAt(world).slice(before)).toHaveLength(21)
    const states = (await deliveriesOf(simulation, node)).map(({ delivery }) => delivery.state)
    expect(new Set(states)).toEqual(new Set(['delivered']))
  })

  test('but not of a disabled webhook', async () => {
    await using world = await openWorld()
    const { simulation, node } = world
    const { id } = await failedWith(world, 1)
    const disable = node.engine.webhooks.change(
      asker,
      id,
      () => true,
      (wish) => ({ ...wish, enabled: false }),
    )
    await simulation.clock.until(disable)
    const order = {
      endpoint: id,
      type: null,
      createdAfter: null,
      createdBefore: null,
      everyMs: 1,
      signal: never,
    }
    const sent = await simulation.clock.until(node.engine.webhooks.redeliverFailed(asker, order))
    expect(sent).toMatchObject({ problem: { code: 'webhook-disabled' } })
  })
})

describe('a replay', () => {
  const replay = (world: World, endpoint: Endpoint, since: number, until: number) =>
    world.simulation.clock.until(
      world.node.engine.webhooks.replay(asker, {
        endpoint: endpoint.id,
        since,
        until,
        channel: null,
        everyMs: 10,
        signal: never,
      }),
    )

  test('sends what is kept of a range, of all channels and also from before the webhook', async () => {
    await using world = await openWorld()
    const { simulation, node } = world
    const { clock } = simulation
    await publish(world, node, 'orders.1', 'too early')
    await clock.advance(second)
    const since = clock.now()
    for (let index = 0; index < 250; index += 1) {
      await publish(world, node, `orders.${index % 3}`, index)
      await clock.advance(10)
    }
    const until = clock.now()
    await publish(world, node, 'orders.1', 'too late')
    const endpoint = await subscribe(simulation, node)
    expect(await replay(world, endpoint, since, until)).toEqual({ kind: 'scheduled', count: 250 })
    await clock.advance(minute)
    const values = dataAt(world)
    expect(values.toSorted((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 250 }, (_, index) => index),
    )
  })

  test('of a channel that the webhook does not subscribe to is refused', async () => {
    await using world = await openWorld()
    const { simulation, node } = world
    const { id } = await subscribe(simulation, node, { channels: ['orders.1'] })
    const order = { endpoint: id, since: 0, until: simulation.clock.now(), everyMs: 1 }
    const sent = node.engine.webhooks.replay(asker, {
      ...order,
      channel: 'orders.2',
      signal: never,
    })
    expect(await simulation.clock.until(sent)).toMatchObject({
      problem: { code: 'validation-failed', errors: [{ pointer: '/channel' }] },
    })
  })

  test('sends no more than the webhook asks for', async () => {
    await using world = await openWorld()
    const { simulation, node } = world
    const since = simulation.clock.now()
    await publish(world, node, 'orders.1', { amount: 1 }, { amount: 100 })
    await simulation.clock.advance(10)
    const filter = { range: { '/data/amount': { gt: 50 } } }
    const endpoint = await subscribe(simulation, node, { filter })
    const sent = await replay(world, endpoint, since, simulation.clock.now())
    expect(sent).toEqual({ kind: 'scheduled', count: 1 })
  })
})

test('a test event reaches a webhook whatever it subscribes to', async () => {
  await using world = await openWorld()
  const { simulation, node, receivers } = world
  const { id } = await subscribe(simulation, node, { channels: ['nothing'], types: ['nothing'] })
  const tested = await simulation.clock.until(node.engine.webhooks.test(asker, id))
  expect(tested).toMatchObject({ kind: 'scheduled' })
  await simulation.clock.advance(second)
  expect(receivers.at(url)).toMatchObject([
    { event: { type: 'dev.buzzer.webhook.test', subject: id, data: { webhook: id } } },
  ])
})
