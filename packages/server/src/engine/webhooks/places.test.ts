import type { EndpointId } from '@buzzer/contract'
import { expect, test } from 'vitest'
import { channel } from '../channels/testing/channels.ts'
import { createReceivers } from '../testing/receivers.ts'
import { asker, createSimulation, type Node } from '../testing/simulation.ts'
import { publish, subscribe } from './testing/webhooks.ts'

const minute = 60_000

/** What may be sent as soon as it is written has a place of its lane by then. */
const ways = {
  test: ({ engine }: Node, id: EndpointId): Promise<unknown> => engine.webhooks.test(asker, id),
  replay: ({ engine }: Node, endpoint: EndpointId): Promise<unknown> => {
    const { signal } = new AbortController()
    const all = { since: 0, until: Infinity, channel: null, everyMs: 0 }
    return engine.webhooks.replay(asker, { endpoint, ...all, signal })
  },
}

test.each([
  ['test', 'before'],
  ['test', 'after'],
  ['replay', 'before'],
  ['replay', 'after'],
] as const)('a %s takes no place for good where the store fails %s it wrote', async (way, when) => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const receivers = createReceivers(clock)
  let isAway = false
  const fault = (call: string) => (isAway && call === 'fanOut.write' ? when : null)
  const node = await simulation.start({ operations: [], channels: [channel()], receivers, fault })
  const { id } = await subscribe(simulation, node, { policy: { concurrency: 1 } })
  await publish({ simulation }, node, 'c', 'first')
  await clock.advance(minute)
  isAway = true
  await expect(clock.until(ways[way](node, id))).rejects.toThrow('fanOut.write')
  isAway = false
  const before = receivers.received.length
  await clock.until(ways[way](node, id))
  await clock.advance(minute)
  await publish({ simulation }, node, 'c', 'last')
  await clock.advance(minute)
  const sent = receivers.received.slice(before).map(({ event }) => event['type'])
  const again = way === 'test' ? 'dev.buzzer.webhook.test' : 'order.paid'
  // What was written without an answer is sent when its lease has ended.
  expect(sent).toEqual(when === 'before' ? [again, 'order.paid'] : [again, again, 'order.paid'])
})
