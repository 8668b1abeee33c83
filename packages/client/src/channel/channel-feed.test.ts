import { expect, it } from 'vitest'
import { createClient } from '../client.ts'
import type { Protocol } from '../protocols.ts'
import { turn, useChannelWorld } from '../testing/channel-world.ts'
import { createSkippingClock } from '../testing/skipping-clock.ts'

const world = useChannelWorld()

const event = {
  specversion: '1.0',
  id: 'evt_11',
  source: '/channels/news',
  type: 'thing',
  time: '2026-11-20T10:00:00.000Z',
  sequence: '0000000000000011',
}

/** Of a channel that keeps nothing any more, whose last event was the tenth. */
const answers: Record<Exclude<Protocol, 'ws'>, readonly (() => Response)[]> = {
  sse: [
    () => stream('retry: 3000\n\n', 'id: 10\n\n'),
    () => stream(`id: 11\nevent: thing\ndata: ${JSON.stringify(event)}\n\n`),
  ],
  poll: [
    () => Response.json({ events: [], next: '0000000000000010' }),
    () => Response.json({ events: [event], next: event.sequence }),
  ],
}

const stream = (...parts: string[]): Response =>
  new Response(parts.join(''), { headers: { 'content-type': 'text/event-stream' } })

// With its own 0 it would not be told of a gap, if what comes next is gone before it is back.
it.each(['sse', 'poll'] as const)(
  'keeps the cursor that it begins at where nothing is kept any more, over %s',
  async (protocol) => {
    const left = [...answers[protocol]]
    const asked: (string | null)[] = []
    const client = createClient({
      url: 'http://buzzer.test',
      clock: createSkippingClock(),
      protocols: [protocol],
      fetch: async (url, init) => {
        const { searchParams } = new URL(url)
        asked.push(searchParams.get('since') ?? new Headers(init?.headers).get('last-event-id'))
        return left.shift()?.() ?? Response.error()
      },
    })
    const reading = client.channel('news').subscribe({ since: 0 })
    expect((await reading.next()).value).toMatchObject({ sequence: 11 })
    expect(asked).toEqual(['0', '10'])
    await reading.return()
  },
)

it('keeps it over a socket too', async () => {
  const reading = world.connect().channel('news').subscribe({ since: 0 })
  const next = reading.next()
  while (world.server.sockets[0]?.subscriptions !== 1) await turn()
  world.server.sockets[0].say({ type: 'ack', id: 's1', since: '0000000000000010' })
  while (reading.cursor === 0) await turn()
  expect(reading.cursor).toBe(10)
  await reading.return()
  await next
})

it('asks a channel where it stands before it waits for it, over long polling', async () => {
  const statuses: string[] = []
  const reading = world
    .connect()
    .channel('news')
    .subscribe({ since: 0, protocols: ['poll'], onStatus: (status) => void statuses.push(status) })
  const next = reading.next()
  while (world.server.requests.length < 2) await turn()
  expect(statuses).toEqual(['connecting', 'open'])
  expect(world.server.requests.map(({ headers }) => headers.get('prefer'))).toEqual([
    null,
    'wait=25',
  ])
  await reading.return()
  await next
})
