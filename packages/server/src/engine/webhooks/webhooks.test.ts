import { describe, expect, test } from 'vitest'
import { isOutcome } from '../../core/job.ts'
import { channel } from '../channels/testing/channels.ts'
import { createReceivers, failing, taken } from '../testing/receivers.ts'
import { asker, createSimulation, submit } from '../testing/simulation.ts'
import { operation } from '../testing/operations.ts'
import { deliveriesOf, openWorld, publish, subscribe } from './testing/webhooks.ts'

const second = 1_000
const minute = 60 * second
const url = 'https://shop.example/hook'

describe('what happens is delivered', () => {
  test('an outcome, as its readers get it, to who subscribes to its operation', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    await subscribe(simulation, node, { channels: ['operations/*'] })
    const { id } = await simulation.clock.until(submit(node, operation()))
    expect(isOutcome(await simulation.outcome(id))).toBe(true)
    await simulation.clock.advance(second)
    const [got, ...more] = receivers.at(url)
    expect(more).toEqual([])
    expect(got?.event).toMatchObject({
      specversion: '1.0',
      source: '/operations/render',
      type: 'dev.buzzer.job.succeeded',
      subject: id,
      sequence: '0000000000000001',
      data: { id, state: 'succeeded', result: { ok: true } },
    })
    expect(got?.delivery).toMatchObject({
      id: expect.stringMatching(/^dlv_[0-9a-z]{26}$/),
      mediaType: 'application/cloudevents+json; charset=utf-8',
      secrets: [expect.stringMatching(/^whsec_/)],
      timeoutMs: 15_000,
    })
    const [listed] = await deliveriesOf(simulation, node)
    expect(listed).toMatchObject({
      delivery: { state: 'delivered', attempts: 1, id: got?.delivery.id },
      message: { type: 'dev.buzzer.job.succeeded', channel: 'operations/render', offset: 1 },
    })
  })

  test('behind much that nobody wants any more', async () => {
    await using simulation = await createSimulation()
    const { clock } = simulation
    const receivers = createReceivers(clock)
    let isBehind = true
    const node = await simulation.start({
      operations: [],
      channels: [channel({ name: 'shared', shared: true }), channel({ name: 'own' })],
      receivers,
      fault: (call) => (isBehind && call === 'fanOut.write' ? 'before' : null),
      delayMs: (call) => (call === 'fanOut.read' ? 1 : 0),
    })
    const { id } = await subscribe(simulation, node, { channels: ['shared'] })
    for (let count = 0; count < 1_001; count += 1) await publish({ simulation }, node, 'shared', 1)
    await node.engine.webhooks.remove(asker, id, () => true)
    isBehind = false
    await subscribe(simulation, node, { channels: ['own'] })
    await publish({ simulation }, node, 'own', 'wanted')
    await clock.advance(15 * second)
    expect(receivers.received.map(({ event }) => event['data'])).toEqual(['wanted'])
  })

  test('nothing of a job that is erased while that is written', async () => {
    await using simulation = await createSimulation()
    const { clock } = simulation
    const receivers = createReceivers(clock)
    const delayMs = (call: string): number => (call === 'fanOut.write' ? 500 : 0)
    const node = await simulation.start({ operations: [operation()], receivers, delayMs })
    await subscribe(simulation, node, { channels: ['operations/*'] })
    const { id } = await submit(node, operation())
    await clock.advance(100)
    expect(await node.engine.erase(asker, id)).toBeNull()
    await clock.advance(30 * second)
    expect(receivers.received).toEqual([])
    expect(await deliveriesOf(simulation, node)).toEqual([])
    const other = await submit(node, operation(), { notBefore: clock.now() + second })
    await simulation.outcome(other.id)
    await clock.advance(30 * second)
    expect(receivers.received).toHaveLength(1)
  })

  test('only what a webhook asks for, in the shape that it asks for', async () => {
    await using world = await openWorld([channel({ name: 'quotes.{symbol}' })])
    const { simulation, node, receivers } = world
    await subscribe(simulation, node, { url: 'https://a.example/', channels: ['quotes.*'] })
    await subscribe(simulation, node, { url: 'https://b.example/', types: ['other'] })
    await subscribe(simulation, node, {
      url: 'https://c.example/',
      filter: { range: { '/data/amount': { gte: 100 } } },
      mapping: { text: 'Paid: {{/data/amount}}' },
    })
    await publish(world, node, 'orders.1', { amount: 50 }, { amount: 150 })
    await simulation.clock.advance(second)
    expect(receivers.at('https://a.example/')).toEqual([])
    expect(receivers.at('https://b.example/')).toEqual([])
    expect(receivers.at('https://c.example/')).toMatchObject([
      { event: { text: 'Paid: 150' }, delivery: { mediaType: 'application/json; charset=utf-8' } },
    ])
  })

  test('not what was there before it subscribed, and nothing while it is disabled', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    await publish(world, node, 'orders.1', 1)
    const { id } = await subscribe(simulation, node)
    await publish(world, node, 'orders.1', 2)
    await simulation.clock.advance(second)
    const enable = (enabled: boolean) =>
      node.engine.webhooks.change(
        asker,
        id,
        () => true,
        (wish) => ({ ...wish, enabled }),
      )
    await simulation.clock.until(enable(false))
    await publish(world, node, 'orders.1', 3)
    await simulation.clock.advance(minute)
    await simulation.clock.until(enable(true))
    await publish(world, node, 'orders.1', 4)
    await simulation.clock.advance(second)
    expect(receivers.at(url).map(({ event }) => event['data'])).toEqual([2, 4])
  })
})

describe('what is not taken is tried again', () => {
  const waits = [0, 5 * second, 5 * minute, 30 * minute]

  test('on the schedule, from the end of the attempt before, and then no more', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, async () => {
      await new Promise<void>((resolve) => void simulation.clock.after(2 * second, resolve))
      return failing(500)
    })
    await subscribe(simulation, node, { policy: { scheduleMs: waits } })
    await publish(world, node, 'orders.1', 1)
    await simulation.clock.advance(40 * minute)
    const times = receivers.at(url).map(({ at }) => at)
    expect(times).toHaveLength(4)
    for (const [index, at] of times.entries()) {
      if (index === 0) continue
      const wait = at - (times[index - 1] ?? 0) - 2 * second
      expect(wait).toBeGreaterThanOrEqual(waits[index] ?? 0)
      expect(wait).toBeLessThanOrEqual((waits[index] ?? 0) * 1.1 + 10)
    }
    expect(new Set(receivers.at(url).map(({ delivery }) => delivery.id)).size).toBe(1)
    const [listed] = await deliveriesOf(simulation, node)
    expect(listed?.delivery).toMatchObject({
      state: 'failed',
      attempts: 4,
      reason: 'It answered 500.',
    })
    expect(node.log.messages('warn')).toContain('a delivery failed')
  })

  test('that nobody tries it any more is an event on the channel of webhooks', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, () => failing(500))
    const { id } = await subscribe(simulation, node, { policy: { scheduleMs: [0] } })
    await subscribe(simulation, node, { url: 'https://ops.example/', channels: ['webhooks'] })
    await publish(world, node, 'orders.1', 1)
    await simulation.clock.advance(10 * second)
    expect(receivers.at('https://ops.example/')).toMatchObject([
      {
        event: {
          type: 'dev.buzzer.delivery.failed',
          source: '/webhooks',
          data: { webhook: id, attempts: 1, error: 'It answered 500.' },
        },
      },
    ])
  })

  test('not before the receiver asked for', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, (_, attempt) => (attempt === 1 ? failing(429, 90 * second) : taken))
    await subscribe(simulation, node)
    await publish(world, node, 'orders.1', 1)
    await simulation.clock.advance(5 * minute)
    const [first, again, ...more] = receivers.at(url).map(({ at }) => at)
    expect(more).toEqual([])
    expect((again ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(90 * second)
    expect((again ?? 0) - (first ?? 0)).toBeLessThanOrEqual(91 * second)
  })

  test('by another node, where the one that sent it vanished', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, (_, attempt) => (attempt === 1 ? new Promise(() => {}) : taken))
    await subscribe(simulation, node)
    await publish(world, node, 'orders.1', 1)
    await simulation.clock.advance(second)
    await node.vanish()
    const other = await simulation.start({ operations: [operation()], receivers })
    await simulation.clock.advance(40 * second)
    expect(receivers.at(url)).toHaveLength(2)
    const [listed] = await deliveriesOf(simulation, other)
    expect(listed?.delivery).toMatchObject({ state: 'delivered', attempts: 1, fence: 2 })
  })
})

describe('an endpoint that is broken', () => {
  test('is disabled by 410, which is seen, and what waits for it is dropped', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, ({ body }) =>
      Buffer.from(body).includes('"data":9') ? failing(410) : failing(503),
    )
    const { id } = await subscribe(simulation, node)
    await subscribe(simulation, node, { url: 'https://ops.example/', channels: ['webhooks'] })
    await publish(world, node, 'orders.1', 1, 2, 9)
    await simulation.clock.advance(minute)
    const endpoint = await simulation.clock.until(node.engine.webhooks.read(asker, id))
    expect(endpoint).toMatchObject({ enabled: false, disabled: { reason: 'gone' } })
    expect(node.log.messages('warn')).toContain('a webhook was disabled')
    const types = receivers.at('https://ops.example/').map(({ event }) => event['type'])
    expect(types).toContain('dev.buzzer.webhook.disabled')
    const listed = await deliveriesOf(simulation, node, { endpoint: id })
    expect(listed.map(({ delivery }) => delivery.state)).toEqual(['failed', 'failed', 'failed'])
    const before = receivers.at(url).length
    await publish(world, node, 'orders.1', 4)
    await simulation.clock.advance(minute)
    expect(receivers.at(url)).toHaveLength(before)
  })

  test('is disabled by as many failures in a row as it allows', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, () => failing(500))
    const disableAfter = { failures: 3, failingForMs: 1e9 }
    const { id } = await subscribe(simulation, node, { policy: { disableAfter } })
    await publish(world, node, 'orders.1', 1)
    await publish(world, node, 'orders.2', 2)
    await simulation.clock.advance(10 * second)
    const endpoint = await simulation.clock.until(node.engine.webhooks.read(asker, id))
    expect(endpoint).toMatchObject({ enabled: false, disabled: { reason: 'failures' } })
  })

  test('does not delay another one, however long it takes', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, async () => {
      await new Promise<void>((resolve) => void simulation.clock.after(15 * second, resolve))
      return failing(504)
    })
    await subscribe(simulation, node)
    await subscribe(simulation, node, { url: 'https://sound.example/' })
    for (let index = 0; index < 50; index += 1) {
      await publish(world, node, 'orders.1', index)
      await simulation.clock.advance(100)
    }
    const lags = receivers.at('https://sound.example/').map(({ event }) => event['data'])
    expect(lags).toEqual(Array.from({ length: 50 }, (_, index) => index))
  })

  test('is tried at once when it is changed, whatever it failed with before', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, () => failing(500))
    const { id } = await subscribe(simulation, node)
    await publish(world, node, 'orders.1', ...Array.from({ length: 50 }, (_, index) => index))
    await simulation.clock.advance(minute)
    const mended = 'https://mended.example/'
    const change = node.engine.webhooks.change(
      asker,
      id,
      () => true,
      (wish) => ({ ...wish, url: mended }),
    )
    await simulation.clock.until(change)
    await simulation.clock.advance(second)
    expect(receivers.at(mended).length).toBeGreaterThan(0)
  })

  test('gets few attempts at the same time, and ever fewer in a second', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, () => failing(500))
    await subscribe(simulation, node)
    await publish(world, node, 'orders.1', ...Array.from({ length: 200 }, (_, index) => index))
    await simulation.clock.advance(minute)
    expect(receivers.at(url).length).toBeLessThan(40)
  })
})

describe('in an ordered lane', () => {
  test('one that fails holds up those behind it, and no one else', async () => {
    await using world = await openWorld()
    const { simulation, node, receivers } = world
    receivers.behave(url, (_, attempt) => (attempt < 3 ? failing(500) : taken))
    await subscribe(simulation, node, {
      policy: { ordered: true, scheduleMs: [0, second, second, second] },
    })
    await subscribe(simulation, node, { url: 'https://sound.example/' })
    await publish(world, node, 'orders.1', 1, 2, 3)
    await simulation.clock.advance(minute)
    const order = receivers.at(url).map(({ event }) => event['data'])
    expect(order).toEqual([1, 1, 1, 2, 2, 2, 3, 3, 3])
    expect(receivers.at('https://sound.example/')).toHaveLength(3)
  })
})
