import { expect, it } from 'vitest'
import { ConnectionError } from '../error.ts'
import { useChannelWorld } from '../testing/channel-world.ts'

const world = useChannelWorld()

it('gives each event an id and a source before the first try', async () => {
  let isFirst = true
  const fetchTwice: typeof fetch = async (...request) => {
    const response = await world.server.fetch(...request)
    if (!isFirst) return response
    isFirst = false
    throw new TypeError('the answer was lost')
  }
  const channel = world.connect({ fetch: fetchTwice }).channel('news')
  const published = await channel.publish([
    { type: 'a', data: { price: 1 }, subject: 's', time: new Date(0) },
    { type: 'b', data: new Uint8Array([0, 1, 255]), id: '7', source: '/shop', extra: 'x' },
  ])
  expect(published).toEqual([
    { id: expect.stringMatching(/^[0-9a-f]{32}$/), sequence: 1 },
    { id: '7', sequence: 2 },
  ])
  expect(world.server.requests).toHaveLength(2)
  expect(world.server.requests[0]?.headers.get('content-type')).toBe(
    'application/cloudevents-batch+json',
  )
  expect(world.server.channel('news').after(0).events).toMatchObject([
    {
      source: '/channels/news',
      subject: 's',
      data: { price: 1 },
      time: '1970-01-01T00:00:00.000Z',
    },
    { source: '/shop', data_base64: 'AAH/', extra: 'x' },
  ])
})

it('is tried again for as long as a restart takes', async () => {
  world.server.isDown = true
  const failure = world.connect().channel('news').publish({ type: 'a' })
  await expect(failure).rejects.toBeInstanceOf(ConnectionError)
  expect(world.clock.slept).toHaveLength(11)
  expect(world.clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(32_875)
})

it('is tried as often as the client was told', async () => {
  world.server.isDown = true
  const failure = world
    .connect({ retry: { attempts: 2 } })
    .channel('news')
    .publish({ type: 'a' })
  await expect(failure).rejects.toBeInstanceOf(ConnectionError)
  expect(world.clock.slept).toHaveLength(1)
})

it('takes one event, and names with slashes', async () => {
  world.serve('quotes.ACME')
  const channel = world.connect().channel('quotes/ACME')
  await expect(channel.publish({ type: 'a' })).resolves.toMatchObject([{ sequence: 1 }])
  expect(channel.name).toBe('quotes.ACME')
})
