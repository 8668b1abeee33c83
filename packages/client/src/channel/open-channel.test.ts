import { expect, it } from 'vitest'
import { StreamUnavailableError } from '../error.ts'
import { answerMs, windowSize } from '../socket-feed.ts'
import { take, told, turn, useChannelWorld } from '../testing/channel-world.ts'
import type { ChannelItem } from './channel-event.ts'

const world = useChannelWorld()

const told409 = {
  type: 'about:blank',
  title: 'The channel was declared anew',
  status: 409,
  detail: 'Subscribe again.',
  code: 'channel-changed',
}

it('shares one socket, and closes it after the last', async () => {
  const client = world.connect()
  const [one, two] = [client.channel('news').subscribe(), client.channel('more').subscribe()]
  const next = [one.next(), two.next()]
  while (world.server.sockets[0]?.subscriptions !== 2) await turn()
  world.publish(1)
  world.publish(1, 'more')
  expect((await Promise.all(next)).map(({ value }) => value?.type)).toEqual(['thing', 'thing'])
  await one.return()
  expect(world.server.sockets[0].readyState).toBe(1)
  await two.return()
  expect(world.server.sockets).toHaveLength(1)
  expect(world.server.sockets[0].readyState).toBe(3)
})

it('allows only so many events before they are read', async () => {
  world.publish(windowSize * 3)
  const stream = world.connect().channel('news').subscribe({ since: 0 })
  await take(stream, 1)
  for (let at = 0; at < 50; at += 1) await turn()
  expect(world.server.sockets[0]?.received).toMatchObject([
    { type: 'subscribe', credit: windowSize },
  ])
  expect(told(await take(stream, windowSize * 3 - 1)).at(-1)).toBe(windowSize * 3)
  const credits = world.server.sockets[0]?.received.filter(({ type }) => type === 'credit')
  expect(credits?.length).toBeGreaterThanOrEqual(4)
  await stream.return()
})

it('falls back where sockets and streams are held back, and remembers it', async () => {
  world.server.ways.ws = 'refused'
  world.server.ways.sse = 'refused'
  world.publish(1)
  const client = world.connect()
  const stream = client.channel('news').subscribe({ since: 0 })
  expect(told(await take(stream, 1))).toEqual([1])
  await stream.return()
  const paths = () => world.server.requests.map(({ path }) => path)
  expect(paths()).toEqual(['/v1/channels/news/events', expect.stringContaining('since=0')])
  const again = client.channel('news').subscribe({ since: 0 })
  expect(told(await take(again, 1))).toEqual([1])
  await again.return()
  expect(world.server.sockets).toHaveLength(1)
  expect(paths()).toHaveLength(3)
})

it('tries a better way again after a while', async () => {
  world.server.ways.ws = 'refused'
  const client = world.connect()
  const first = client.channel('news').subscribe({ since: 0 })
  const next = first.next()
  while (world.server.open === 0) await turn()
  world.publish(1)
  await next
  await first.return()
  world.server.ways.ws = 'open'
  const wait = new Promise<void>((resolve) => world.clock.after(5 * 60_000, resolve))
  await world.clock.expire(5 * 60_000)
  await wait
  const second = client.channel('news').subscribe({ since: 0 })
  await take(second, 1)
  await second.return()
  expect(world.server.sockets).toHaveLength(2)
})

it('does not give up sockets for a server that is only restarted', async () => {
  const client = world.connect()
  world.publish(1)
  const stream = client.channel('news').subscribe({ since: 0 })
  await take(stream, 1)
  const next = stream.next()
  await turn()
  world.server.isDown = true
  world.server.cut()
  for (let at = 0; at < 20; at += 1) await turn()
  world.server.isDown = false
  world.publish(1)
  expect(told([(await next).value as ChannelItem])).toEqual([2])
  await stream.return()
  expect(world.server.requests.filter(({ path }) => path.includes('since='))).toEqual([])
})

it('gives up a handshake that hangs, and a socket that has gone deaf', async () => {
  world.server.ways.ws = 'held back'
  world.publish(1)
  const stream = world.connect().channel('news').subscribe({ since: 0 })
  const next = stream.next()
  await world.clock.expire(answerMs)
  expect(told([(await next).value as ChannelItem])).toEqual([1])
  await stream.return()

  world.server.ways.ws = 'open'
  const other = world
    .connect()
    .channel('news')
    .subscribe({ since: 0, protocols: ['ws'] })
  await take(other, 1)
  const second = other.next()
  const [, deaf] = world.server.sockets
  if (deaf !== undefined) deaf.isDeaf = true
  for (let at = 0; at < 3; at += 1) await world.clock.expire(30_000)
  world.publish(1)
  expect(told([(await second).value as ChannelItem])).toEqual([2])
  await other.return()
  expect(deaf?.received.at(-1)).toEqual({ type: 'ping' })
})

it('goes on with its cursor where its channel was declared anew', async () => {
  world.publish(2)
  const statuses: string[] = []
  const stream = world
    .connect()
    .channel('news')
    .subscribe({ since: 0, onStatus: (status) => void statuses.push(status) })
  await take(stream, 2)
  const next = stream.next()
  await turn()
  world.server.sockets[0]?.say({ type: 'error', id: 's1', error: told409 })
  await turn()
  world.publish(1)
  expect(told([(await next).value as ChannelItem])).toEqual([3])
  const asked = world.server.sockets
    .flatMap(({ received }) => received)
    .filter(({ type }) => type === 'subscribe')
  expect(asked).toMatchObject([{ since: 0 }, { since: 2 }])
  expect(world.clock.slept).toEqual([500])
  expect(statuses).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  await stream.return()
})

it('ends where a socket says that its channel was deleted', async () => {
  const stream = world.connect().channel('news').subscribe({ since: 0 })
  const failure = stream.next()
  while (world.server.sockets[0]?.subscriptions !== 1) await turn()
  const error = { ...told409, status: 404, code: 'channel-not-found' }
  world.server.sockets[0].say({ type: 'error', id: 's1', error })
  await expect(failure).rejects.toMatchObject({ name: 'BuzzerError', code: 'channel-not-found' })
  expect(world.server.sockets).toHaveLength(1)
  expect(world.server.requests).toEqual([])
})

it('rejects where no way that is allowed exists here', async () => {
  world.server.ways.sse = 'refused'
  const stream = world
    .connect()
    .channel('news')
    .subscribe({ since: 0, protocols: ['sse'] })
  await expect(stream.next()).rejects.toBeInstanceOf(StreamUnavailableError)
})

it('does without sockets where none can be made', async () => {
  const Refusing = function Refusing() {
    throw new Error('the policy of this page allows none')
  }
  world.publish(1)
  const stream = world.connect({ webSocket: Refusing }).channel('news').subscribe({ since: 0 })
  expect(told(await take(stream, 1))).toEqual([1])
  await stream.return()
})

it('can be left while a ticket is asked for', async () => {
  let fail = (): void => {}
  const hanging: typeof fetch = () =>
    new Promise((_, reject) => (fail = () => reject(new TypeError('at last'))))
  const client = world.connect({ key: 'bzk_1', fetch: hanging })
  const stream = client.channel('news').subscribe({ since: 0 })
  const next = stream.next()
  await turn()
  await stream.return()
  await expect(next).resolves.toMatchObject({ done: true })
  fail()
  await turn()
})

it('lets go of its socket when its signal aborts between two reads', async () => {
  const abort = new AbortController()
  const client = world.connect()
  world.publish(2)
  const other = client.channel('more').subscribe({ since: 0 })
  const waiting = other.next()
  const stream = client.channel('news').subscribe({ since: 0, signal: abort.signal })
  await take(stream, 1)
  const [socket] = world.server.sockets
  expect(socket?.subscriptions).toBe(2)
  abort.abort(new Error('enough'))
  for (let at = 0; at < 3; at += 1) await turn()
  expect(socket?.subscriptions).toBe(1)
  await other.return()
  await waiting
  // Nobody has read on, and nothing is held for it.
  expect(world.server.open).toBe(0)
  expect(world.clock.pending).toBe(0)
})

it('opens sockets with a ticket where they take no headers', async () => {
  const stream = world.connect({ key: 'bzk_1' }).channel('news').subscribe({ since: 0, as: 'ann' })
  const next = stream.next()
  await world.open()
  world.publish(1)
  await next
  await stream.return()
  expect(world.server.requests[0]).toMatchObject({ path: '/v1/tickets', body: { channel: 'news' } })
  expect(world.server.sockets[0]?.url).toBe('ws://buzzer.test/v1/ws?ticket=bzt_1')
  expect(world.server.sockets[0]?.received[0]).toMatchObject({ channel: 'news', as: 'ann' })
})

it.each(['ws', 'sse'] as const)('tells how it stands over %s', async (protocol) => {
  const statuses: string[] = []
  const onStatus = (status: string) => void statuses.push(status)
  const stream = world
    .connect()
    .channel('news')
    .subscribe({ since: 0, onStatus, protocols: [protocol] })
  world.publish(1)
  await take(stream, 1)
  const next = stream.next()
  await turn()
  world.server.cut()
  world.publish(1)
  await next
  await stream.return()
  expect(statuses).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
})
