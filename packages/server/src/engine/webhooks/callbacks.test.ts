import { describe, expect, test } from 'vitest'
import type { CallbackWish } from '../../core/callback.ts'
import type { Node, Simulation } from '../testing/simulation.ts'
import { asker, createSimulation, submission, submit } from '../testing/simulation.ts'
import { failed, operation } from '../testing/operations.ts'
import { createReceivers, failing, taken } from '../testing/receivers.ts'
import { deliveriesOf } from './testing/webhooks.ts'

const second = 1_000
const url = 'https://shop.example/callback'
const callback = (wish: Partial<CallbackWish> = {}): CallbackWish => ({
  url,
  events: 'final',
  secret: null,
  ...wish,
})

const flaky = operation({
  retry: { attempts: 3, delayMs: 1_000, factor: 1, maxDelayMs: 1_000 },
  run: async (attempt) => {
    await attempt.progress(50, null)
    await attempt.output(`piece of ${attempt.job.attempt}`)
    return attempt.job.attempt < 2 ? failed() : { kind: 'done', result: doneResult }
  },
})
const doneResult = {
  status: 200,
  mediaType: 'application/json',
  headers: [],
  body: new TextEncoder().encode('{"pages":10}'),
}

async function open() {
  const simulation = await createSimulation()
  const receivers = createReceivers(simulation.clock)
  const node = await simulation.start({ operations: [flaky], receivers })
  const types = () =>
    receivers.received.map(({ event }) => String(event['type']).replace('dev.buzzer.job.', ''))
  return { simulation, receivers, node, types }
}

async function run({ clock }: Simulation, node: Node, wish: CallbackWish) {
  const { id } = await clock.until(submit(node, flaky, { callback: wish }))
  await clock.advance(10 * second)
  return id
}

describe('a callback hears', () => {
  test('of the outcome, once, with the result', async () => {
    const { simulation, node, receivers, types } = await open()
    await using _ = simulation
    const id = await run(simulation, node, callback())
    expect(types()).toEqual(['succeeded'])
    expect(receivers.received[0]).toMatchObject({
      event: {
        subject: id,
        source: '/jobs',
        data: { id, state: 'succeeded', result: { pages: 10 } },
      },
      delivery: { url, secrets: [], tenant: 'default' },
    })
    const [listed] = await deliveriesOf(simulation, node, { job: id })
    expect(listed).toMatchObject({
      delivery: { state: 'delivered', target: { kind: 'callback', id } },
      callbackUrl: url,
    })
  })

  test('of every change of state', async () => {
    const { simulation, node, types } = await open()
    await using _ = simulation
    await run(simulation, node, callback({ events: 'states' }))
    expect(types()).toEqual(['running', 'retrying', 'running', 'succeeded'])
  })

  test('of all', async () => {
    const { simulation, node, receivers, types } = await open()
    await using _ = simulation
    await run(simulation, node, callback({ events: 'all' }))
    const told = types()
    expect(told.filter((type) => type !== 'progress' && type !== 'output')).toEqual([
      'running',
      'retrying',
      'running',
      'succeeded',
    ])
    expect(told.filter((type) => type === 'progress').length).toBeGreaterThanOrEqual(2)
    const pieces = receivers.received.filter(
      ({ event }) => event['type'] === 'dev.buzzer.job.output',
    )
    expect(pieces.map(({ event }) => event['data'])).toEqual([
      { attempt: 1, index: 0, piece: 'piece of 1' },
      { attempt: 2, index: 0, piece: 'piece of 2' },
    ])
  })

  test('at once of what waits: of a new job, and of another run', async () => {
    const { simulation, node, receivers, types } = await open()
    await using _ = simulation
    const { clock } = simulation
    // Right behind a look that would find it without being told.
    await clock.advance(10 * second + 100)
    const wish = { callback: callback({ events: 'states' }), notBefore: clock.now() + 60 * second }
    const { id } = await clock.until(submit(node, flaky, wish))
    await clock.advance(second)
    expect(types()).toEqual(['queued'])
    const error = { code: 'upstream-failed', detail: 'It called back.' } as const
    await node.engine.finish({ id, run: 1, outcome: { kind: 'failed', error } })
    await clock.advance(2 * second)
    receivers.behave(url, () => taken)
    await node.engine.retry(asker, id)
    await clock.advance(second / 2)
    expect(types().slice(0, 3)).toEqual(['queued', 'failed', 'queued'])
  })

  test('signed with the secret that came with the call', async () => {
    const { simulation, node, receivers } = await open()
    await using _ = simulation
    const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
    await run(simulation, node, callback({ secret }))
    expect(receivers.received[0]?.delivery.secrets).toEqual([secret])
  })

  test('again where it did not take it, and of nothing twice by itself', async () => {
    const { simulation, node, receivers } = await open()
    await using _ = simulation
    receivers.behave(url, (_delivery, attempt) => (attempt === 1 ? failing(500) : taken))
    await run(simulation, node, callback())
    expect(receivers.received).toHaveLength(2)
    expect(new Set(receivers.received.map(({ delivery }) => delivery.id)).size).toBe(1)
  })

  test('nothing of a call that was a repetition', async () => {
    const { simulation, node, types } = await open()
    await using _ = simulation
    const idempotency = { key: 'k', requestHash: new Uint8Array(32) }
    const wish = { idempotency, callback: callback() }
    await simulation.clock.until(submit(node, flaky, wish))
    await simulation.clock.until(
      node.engine.accept(
        submission(flaky, { ...wish, callback: callback({ url: 'https://x.example/' }) }),
      ),
    )
    await simulation.clock.advance(10 * second)
    expect(types()).toEqual(['succeeded'])
  })

  test('nothing any more once its job was erased', async () => {
    const { simulation, node, receivers } = await open()
    await using _ = simulation
    receivers.behave(url, () => failing(500))
    const { id } = await simulation.clock.until(submit(node, flaky, { callback: callback() }))
    await simulation.outcome(id)
    await simulation.clock.advance(second)
    await simulation.clock.until(node.engine.erase(asker, id))
    const before = receivers.received.length
    await simulation.clock.advance(60 * second)
    expect(receivers.received).toHaveLength(before)
    const [listed] = await deliveriesOf(simulation, node)
    expect(listed?.delivery.state).toBe('failed')
  })
})

describe('the callback of a batch hears', () => {
  const submitBatch = (node: Node, events: CallbackWish['events']) =>
    node.engine.batches.accept({
      ...asker,
      client: null,
      entries: [submission(flaky), submission(flaky)],
      idempotency: null,
      callback: callback({ events }),
    })

  test('of its end', async () => {
    const { simulation, node, receivers } = await open()
    await using _ = simulation
    const accepted = await simulation.clock.until(submitBatch(node, 'final'))
    await simulation.clock.advance(10 * second)
    const id = accepted.kind === 'refused' ? null : accepted.batch.id
    expect(receivers.received).toMatchObject([
      {
        event: {
          type: 'dev.buzzer.batch.succeeded',
          subject: id,
          data: { id, state: 'succeeded' },
        },
      },
    ])
  })

  test('of each of its outcomes too', async () => {
    const { simulation, node, receivers } = await open()
    await using _ = simulation
    await simulation.clock.until(submitBatch(node, 'states'))
    await simulation.clock.advance(10 * second)
    const told = receivers.received.map(({ event }) => String(event['type'])).toSorted()
    expect(told).toEqual([
      'dev.buzzer.batch.succeeded',
      'dev.buzzer.job.succeeded',
      'dev.buzzer.job.succeeded',
    ])
  })
})
