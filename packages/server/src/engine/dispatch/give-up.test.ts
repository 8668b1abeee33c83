import { expect, test } from 'vitest'
import { channel } from '../channels/testing/channels.ts'
import { createReceivers, taken } from '../testing/receivers.ts'
import { createSimulation } from '../testing/simulation.ts'
import { publish, subscribe } from '../webhooks/testing/webhooks.ts'

const hour = 3_600_000

test('a delivery that ends each server that sends it is given up, and what stands behind it is sent', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const receivers = createReceivers(clock)
  const wish = { operations: [], channels: [channel()], receivers }
  let node = await simulation.start(wish)
  const webhook = await subscribe(simulation, node, { policy: { ordered: true } })
  let killed = 0
  receivers.behave(webhook.settings.url, async ({ body }) => {
    if (!Buffer.from(body).includes('poison')) return taken
    killed += 1
    const dying = node
    node = await simulation.start(wish)
    await dying.vanish()
    return new Promise(() => {})
  })
  await publish({ simulation }, node, 'c', 'poison')
  await publish({ simulation }, node, 'c', 'sound')
  await clock.advance(hour)
  expect(killed).toBe(6)
  expect(receivers.received.at(-1)?.event['data']).toBe('sound')
  expect(node.log.messages('error')).toEqual([
    'a delivery was given up, because nobody who sent it said what came of it',
  ])
  const { events } = await simulation.store.events.read('default', 'webhooks', 0, 9)
  expect(events).toMatchObject([{ text: expect.stringContaining(webhook.id) }])
})
