import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createClient } from '../client.ts'
import { BuzzerError, ConnectionError, StreamUnavailableError } from '../error.ts'
import type { Protocol } from '../protocols.ts'
import { answerMs, windowSize } from '../socket-feed.ts'
import { createFakeChannels, type FakeChannels } from '../testing/fake-channels.ts'
import { createSkippingClock, type SkippingClock } from '../testing/skipping-clock.ts'
import { isReset, type ChannelItem } from './channel-event.ts'

let server: FakeChannels
let clock: SkippingClock

beforeEach(() => {
  server = createFakeChannels('news', 'more')
  clock = createSkippingClock(1_700_000_000_000, answerMs)
})
afterEach(() => {
  expect(server.open).toBe(0)
  expect(clock.pending).toBe(0)
})

const connect = (more: object = {}) =>
  createClient({
    url: 'http://buzzer.test/',
    fetch: server.fetch,
    webSocket: server.webSocket,
    clock,
    random: () => 0.5,
    ...more,
  })

async function take(stream: AsyncIterator<ChannelItem, void>, count: number) {
  const items: ChannelItem[] = []
  while (items.length < count) {
    const { value, done } = await stream.next()
    if (done === true) break
    items.push(value)
  }
  return items
}

const told = (items: readonly ChannelItem[]) =>
  items.map((item) => (isReset(item) ? `reset ${item.oldest}` : item.sequence))

const publish = (count: number, name = 'news') => {
  for (let at = 0; at < count; at += 1) server.channel(name).publish({ data: { at } })
}
const turn = () => new Promise((resolve) => setImmediate(resolve))
const open = async () => {
  while (server.open === 0) await turn()
}

const protocols: readonly Protocol[] = ['ws', 'sse', 'poll']

describe.each(protocols)('a subscription over %s', (protocol) => {
  const only = { protocols: [protocol] }

  it('gives what is kept, and then what comes', async () => {
    publish(3)
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    expect(told(await take(stream, 3))).toEqual([1, 2, 3])
    const next = stream.next()
    await open()
    publish(1)
    expect((await next).value).toEqual({
      id: 'evt_4',
      source: '/channels/news',
      type: 'thing',
      time: '2026-11-20T10:00:00.000Z',
      sequence: 4,
      data: { at: 0 },
    })
    expect(stream.cursor).toBe(4)
    await stream.return()
  })

  it.each([2, '2', '0000000000000002'])('begins after the cursor %j', async (since) => {
    publish(4)
    const stream = connect()
      .channel('news')
      .subscribe({ since, ...only })
    expect(told(await take(stream, 2))).toEqual([3, 4])
    await stream.return()
  })

  it('begins now without a cursor, and stays there when it is cut before the first event', async () => {
    publish(2)
    const stream = connect().channel('news').subscribe(only)
    const next = stream.next()
    while (stream.cursor === null) await turn()
    server.isDown = true
    server.cut()
    publish(2)
    server.isDown = false
    expect(told([(await next).value as ChannelItem])).toEqual([3])
    await stream.return()
  })

  it('says so where events are no longer kept, and where the server has forgotten', async () => {
    publish(5)
    server.channel('news').trim(4)
    const stream = connect()
      .channel('news')
      .subscribe({ since: 1, ...only })
    expect(told(await take(stream, 3))).toEqual(['reset 4', 4, 5])
    const next = take(stream, 2)
    await open()
    server.channel('news').restore(2)
    server.cut()
    await turn()
    publish(1)
    expect(told(await next)).toEqual(['reset 3', 3])
    await stream.return()
  })

  it('reads bytes, and an event that is called reset', async () => {
    const channel = server.channel('news')
    channel.publish({ data_base64: 'AAH/', datacontenttype: 'application/octet-stream' })
    channel.publish({ type: 'reset', data: { oldest: 7 } })
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    const [bytes, reset] = await take(stream, 2)
    expect(bytes).toMatchObject({ data: new Uint8Array([0, 1, 255]) })
    expect(reset).toMatchObject({ type: 'reset', sequence: 2, data: { oldest: 7 } })
    await stream.return()
  })

  it('rejects where there is no such channel', async () => {
    const stream = connect().channel('nothing').subscribe(only)
    const failure = stream.next()
    await expect(failure).rejects.toBeInstanceOf(BuzzerError)
    await expect(failure).rejects.toMatchObject({ code: 'channel-not-found' })
  })

  it('rejects when the channel is deleted meanwhile', async () => {
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    const failure = stream.next()
    await open()
    server.remove('news')
    await expect(failure).rejects.toMatchObject({ name: 'BuzzerError', code: 'channel-not-found' })
  })

  it('rejects when the server stays out of reach', async () => {
    server.isDown = true
    const client = connect({ retry: { reconnects: 3 } })
    const next = client
      .channel('news')
      .subscribe({ since: 0, ...only })
      .next()
    await expect(next).rejects.toBeInstanceOf(ConnectionError)
  })

  it('ends with its signal, and with return() while it waits', async () => {
    const abort = new AbortController()
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, signal: abort.signal, ...only })
    const next = stream.next()
    await open()
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
    const other = connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    const waiting = other.next()
    await open()
    await other.return()
    await expect(waiting).resolves.toMatchObject({ done: true })
  })
})

const told409 = {
  type: 'about:blank',
  title: 'The channel was declared anew',
  status: 409,
  detail: 'Subscribe again.',
  code: 'channel-changed',
}

describe('the way to the server', () => {
  it('shares one socket, and closes it after the last', async () => {
    const client = connect()
    const [one, two] = [client.channel('news').subscribe(), client.channel('more').subscribe()]
    const next = [one.next(), two.next()]
    while (server.sockets[0]?.subscriptions !== 2) await turn()
    publish(1)
    publish(1, 'more')
    expect((await Promise.all(next)).map(({ value }) => value?.type)).toEqual(['thing', 'thing'])
    await one.return()
    expect(server.sockets[0].readyState).toBe(1)
    await two.return()
    expect(server.sockets).toHaveLength(1)
    expect(server.sockets[0].readyState).toBe(3)
  })

  it('allows only so many events before they are read', async () => {
    publish(windowSize * 3)
    const stream = connect().channel('news').subscribe({ since: 0 })
    await take(stream, 1)
    for (let at = 0; at < 50; at += 1) await turn()
    expect(server.sockets[0]?.received).toMatchObject([{ type: 'subscribe', credit: windowSize }])
    expect(told(await take(stream, windowSize * 3 - 1)).at(-1)).toBe(windowSize * 3)
    const credits = server.sockets[0]?.received.filter(({ type }) => type === 'credit')
    expect(credits?.length).toBeGreaterThanOrEqual(4)
    await stream.return()
  })

  it('falls back where sockets and streams are held back, and remembers it', async () => {
    server.ways.ws = 'refused'
    server.ways.sse = 'refused'
    publish(1)
    const client = connect()
    const stream = client.channel('news').subscribe({ since: 0 })
    expect(told(await take(stream, 1))).toEqual([1])
    await stream.return()
    const paths = () => server.requests.map(({ path }) => path)
    expect(paths()).toEqual(['/v1/channels/news/events', expect.stringContaining('since=0')])
    const again = client.channel('news').subscribe({ since: 0 })
    expect(told(await take(again, 1))).toEqual([1])
    await again.return()
    expect(server.sockets).toHaveLength(1)
    expect(paths()).toHaveLength(3)
  })

  it('tries a better way again after a while', async () => {
    server.ways.ws = 'refused'
    const client = connect()
    const first = client.channel('news').subscribe({ since: 0 })
    const next = first.next()
    while (server.open === 0) await turn()
    publish(1)
    await next
    await first.return()
    server.ways.ws = 'open'
    const wait = new Promise<void>((resolve) => clock.after(5 * 60_000, resolve))
    await clock.expire(5 * 60_000)
    await wait
    const second = client.channel('news').subscribe({ since: 0 })
    await take(second, 1)
    await second.return()
    expect(server.sockets).toHaveLength(2)
  })

  it('does not give up sockets for a server that is only restarted', async () => {
    const client = connect()
    publish(1)
    const stream = client.channel('news').subscribe({ since: 0 })
    await take(stream, 1)
    const next = stream.next()
    await turn()
    server.isDown = true
    server.cut()
    for (let at = 0; at < 20; at += 1) await turn()
    server.isDown = false
    publish(1)
    expect(told([(await next).value as ChannelItem])).toEqual([2])
    await stream.return()
    expect(server.requests.filter(({ path }) => path.includes('since='))).toEqual([])
  })

  it('gives up a handshake that hangs, and a socket that has gone deaf', async () => {
    server.ways.ws = 'held back'
    publish(1)
    const stream = connect().channel('news').subscribe({ since: 0 })
    const next = stream.next()
    await clock.expire(answerMs)
    expect(told([(await next).value as ChannelItem])).toEqual([1])
    await stream.return()

    server.ways.ws = 'open'
    const other = connect()
      .channel('news')
      .subscribe({ since: 0, protocols: ['ws'] })
    await take(other, 1)
    const second = other.next()
    const [, deaf] = server.sockets
    if (deaf !== undefined) deaf.isDeaf = true
    for (let at = 0; at < 3; at += 1) await clock.expire(30_000)
    publish(1)
    expect(told([(await second).value as ChannelItem])).toEqual([2])
    await other.return()
    expect(deaf?.received.at(-1)).toEqual({ type: 'ping' })
  })

  it('goes on with its cursor where its channel was declared anew', async () => {
    publish(2)
    const statuses: string[] = []
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, onStatus: (status) => void statuses.push(status) })
    await take(stream, 2)
    const next = stream.next()
    await turn()
    server.sockets[0]?.say({ type: 'error', id: 's1', error: told409 })
    await turn()
    publish(1)
    expect(told([(await next).value as ChannelItem])).toEqual([3])
    const asked = server.sockets
      .flatMap(({ received }) => received)
      .filter(({ type }) => type === 'subscribe')
    expect(asked).toMatchObject([{ since: 0 }, { since: 2 }])
    expect(clock.slept).toEqual([500])
    expect(statuses).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
    await stream.return()
  })

  it('ends where a socket says that its channel was deleted', async () => {
    const stream = connect().channel('news').subscribe({ since: 0 })
    const failure = stream.next()
    while (server.sockets[0]?.subscriptions !== 1) await turn()
    const error = { ...told409, status: 404, code: 'channel-not-found' }
    server.sockets[0].say({ type: 'error', id: 's1', error })
    await expect(failure).rejects.toMatchObject({ name: 'BuzzerError', code: 'channel-not-found' })
    expect(server.sockets).toHaveLength(1)
    expect(server.requests).toEqual([])
  })

  it('rejects where no way that is allowed exists here', async () => {
    server.ways.sse = 'refused'
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, protocols: ['sse'] })
    await expect(stream.next()).rejects.toBeInstanceOf(StreamUnavailableError)
  })

  it('does without sockets where none can be made', async () => {
    const Refusing = function Refusing() {
      throw new Error('the policy of this page allows none')
    }
    publish(1)
    const stream = connect({ webSocket: Refusing }).channel('news').subscribe({ since: 0 })
    expect(told(await take(stream, 1))).toEqual([1])
    await stream.return()
  })

  it('can be left while a ticket is asked for', async () => {
    let fail = (): void => {}
    const hanging: typeof fetch = () =>
      new Promise((_, reject) => (fail = () => reject(new TypeError('at last'))))
    const client = connect({ key: 'bzk_1', fetch: hanging })
    const stream = client.channel('news').subscribe({ since: 0 })
    const next = stream.next()
    await turn()
    await stream.return()
    await expect(next).resolves.toMatchObject({ done: true })
    fail()
    await turn()
  })

  it('opens sockets with a ticket where they take no headers', async () => {
    const stream = connect({ key: 'bzk_1' }).channel('news').subscribe({ since: 0, as: 'ann' })
    const next = stream.next()
    await open()
    publish(1)
    await next
    await stream.return()
    expect(server.requests[0]).toMatchObject({ path: '/v1/tickets', body: { channel: 'news' } })
    expect(server.sockets[0]?.url).toBe('ws://buzzer.test/v1/ws?ticket=bzt_1')
    expect(server.sockets[0]?.received[0]).toMatchObject({ channel: 'news', as: 'ann' })
  })

  it.each(['ws', 'sse'] as const)('tells how it stands over %s', async (protocol) => {
    const statuses: string[] = []
    const onStatus = (status: string) => void statuses.push(status)
    const stream = connect()
      .channel('news')
      .subscribe({ since: 0, onStatus, protocols: [protocol] })
    publish(1)
    await take(stream, 1)
    const next = stream.next()
    await turn()
    server.cut()
    publish(1)
    await next
    await stream.return()
    expect(statuses).toEqual(['connecting', 'open', 'waiting', 'connecting', 'open'])
  })
})

describe('publishing', () => {
  it('gives each event an id and a source before the first try', async () => {
    let isFirst = true
    const fetchTwice: typeof fetch = async (...request) => {
      const response = await server.fetch(...request)
      if (!isFirst) return response
      isFirst = false
      throw new TypeError('the answer was lost')
    }
    const channel = connect({ fetch: fetchTwice }).channel('news')
    const published = await channel.publish([
      { type: 'a', data: { price: 1 }, subject: 's', time: new Date(0) },
      { type: 'b', data: new Uint8Array([0, 1, 255]), id: '7', source: '/shop', extra: 'x' },
    ])
    expect(published).toEqual([
      { id: expect.stringMatching(/^[0-9a-f]{32}$/), sequence: 1 },
      { id: '7', sequence: 2 },
    ])
    expect(server.requests).toHaveLength(2)
    expect(server.requests[0]?.headers.get('content-type')).toBe(
      'application/cloudevents-batch+json',
    )
    expect(server.channel('news').after(0).events).toMatchObject([
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
    server.isDown = true
    const failure = connect().channel('news').publish({ type: 'a' })
    await expect(failure).rejects.toBeInstanceOf(ConnectionError)
    expect(clock.slept).toHaveLength(11)
    expect(clock.slept.reduce((sum, ms) => sum + ms, 0)).toBe(32_875)
  })

  it('is tried as often as the client was told', async () => {
    server.isDown = true
    const failure = connect({ retry: { attempts: 2 } })
      .channel('news')
      .publish({ type: 'a' })
    await expect(failure).rejects.toBeInstanceOf(ConnectionError)
    expect(clock.slept).toHaveLength(1)
  })

  it('takes one event, and names with slashes', async () => {
    server = createFakeChannels('quotes.ACME')
    const channel = connect().channel('quotes/ACME')
    await expect(channel.publish({ type: 'a' })).resolves.toMatchObject([{ sequence: 1 }])
    expect(channel.name).toBe('quotes.ACME')
  })
})

it('reads who is present', async () => {
  await expect(connect().channel('news').presence()).resolves.toEqual({
    members: [{ name: 'ann', since: '2026-11-20T10:00:00.000Z' }],
    count: 1,
    sequence: 4,
  })
})

it.each([-1, 1.5, 'x', Number.NaN])('refuses the cursor %s', (since) => {
  const subscribe = () => connect().channel('news').subscribe({ since })
  const shown = typeof since === 'string' ? `"${since}"` : String(since)
  expect(subscribe).toThrow(TypeError)
  expect(subscribe).toThrow(`since is ${shown}, which is no offset`)
})

it('refuses a channel without a name', () => {
  expect(() => connect().channel('')).toThrow(TypeError)
  expect(server.requests).toEqual([])
})

it.each([[[]], [['mqtt']], [['sse', 'mqtt']]])('refuses the protocols %j', async (given) => {
  const how = { protocols: given as Protocol[] }
  for (const start of [
    () => connect().channel('news').subscribe(how),
    () => connect().job('job_1').events(how),
    () => connect().batchById('bat_1').events(how),
    () => connect(how).channel('news').subscribe(),
  ]) {
    const failure = start().next()
    await expect(failure).rejects.toBeInstanceOf(TypeError)
    await expect(failure).rejects.toThrow("there are 'ws', 'sse', 'poll'")
  }
  expect(server.requests).toEqual([])
})

it('follows a job over a socket, and goes on with its cursor', async () => {
  server = createFakeChannels('jobs/job_1')
  const job = server.channel('jobs/job_1')
  const doc = { id: 'job_1', state: 'running', version: 2, run: 1, attempt: 1 }
  job.publish({ type: 'dev.buzzer.job.snapshot', data: doc })
  job.publish({ type: 'dev.buzzer.job.output', data: { attempt: 1, index: 0, piece: 'a' } })
  const handle = connect().job('job_1')
  const first = handle.events({ protocols: ['ws'] })
  expect((await first.next()).value).toMatchObject({ type: 'job.snapshot' })
  expect((await first.next()).value).toMatchObject({ type: 'job.output', piece: 'a' })
  await first.return()
  expect(first.cursor).toBe(2)
  job.publish({ type: 'dev.buzzer.job.snapshot', data: { ...doc, version: 3 } })
  job.publish({
    type: 'dev.buzzer.job.succeeded',
    data: { ...doc, state: 'succeeded', version: 4 },
  })
  const types: string[] = []
  const second = handle.events({ protocols: ['ws'], since: first.cursor ?? 0 })
  for await (const { type } of second) types.push(type)
  expect(types).toEqual(['job.snapshot', 'job.succeeded'])
})
