import { describe, expect, it } from 'vitest'
import { BuzzerError, ConnectionError } from '../error.ts'
import type { Protocol } from '../protocols.ts'
import { take, told, turn, useChannelWorld } from '../testing/channel-world.ts'
import type { ChannelItem } from './channel-event.ts'

const world = useChannelWorld()

describe.each<Protocol>(['ws', 'sse', 'poll'])('a subscription over %s', (protocol) => {
  const only = { protocols: [protocol] }

  it('gives what is kept, and then what comes', async () => {
    world.publish(3)
    const stream = world
      .connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    expect(told(await take(stream, 3))).toEqual([1, 2, 3])
    const next = stream.next()
    await world.open()
    world.publish(1)
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
    world.publish(4)
    const stream = world
      .connect()
      .channel('news')
      .subscribe({ since, ...only })
    expect(told(await take(stream, 2))).toEqual([3, 4])
    await stream.return()
  })

  it('begins now without a cursor, and stays there when it is cut before the first event', async () => {
    world.publish(2)
    const stream = world.connect().channel('news').subscribe(only)
    const next = stream.next()
    while (stream.cursor === null) await turn()
    world.server.isDown = true
    world.server.cut()
    world.publish(2)
    world.server.isDown = false
    expect(told([(await next).value as ChannelItem])).toEqual([3])
    await stream.return()
  })

  it('begins before what is published while the server looks where now is', async () => {
    world.publish(2)
    const fetch = (url: string, init: RequestInit) => {
      const isLook = new Headers(init.headers).get('accept') === 'application/json'
      if (!isLook || url.includes('since=')) return world.server.fetch(url, init)
      const now = world.server.channel('news').last
      world.publish(1)
      return world.server.fetch(`${url}&since=${now}`, init)
    }
    const stream = world.connect({ fetch }).channel('news').subscribe(only)
    const next = stream.next()
    if (protocol === 'ws') {
      while (stream.cursor === null) await turn()
      world.publish(1)
    }
    expect(told([(await next).value as ChannelItem])).toEqual([3])
    await stream.return()
  })

  it('says so where events are no longer kept, and where the server has forgotten', async () => {
    world.publish(5)
    world.server.channel('news').trim(4)
    const stream = world
      .connect()
      .channel('news')
      .subscribe({ since: 1, ...only })
    expect(told(await take(stream, 3))).toEqual(['reset 4', 4, 5])
    const next = take(stream, 2)
    await world.open()
    world.server.channel('news').restore(2)
    world.server.cut()
    await turn()
    world.publish(1)
    expect(told(await next)).toEqual(['reset 3', 3])
    await stream.return()
  })

  it('reads bytes, and an event that is called reset', async () => {
    const channel = world.server.channel('news')
    channel.publish({ data_base64: 'AAH/', datacontenttype: 'application/octet-stream' })
    channel.publish({ type: 'reset', data: { oldest: 7 } })
    const stream = world
      .connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    const [bytes, reset] = await take(stream, 2)
    expect(bytes).toMatchObject({ data: new Uint8Array([0, 1, 255]) })
    expect(reset).toMatchObject({ type: 'reset', sequence: 2, data: { oldest: 7 } })
    await stream.return()
  })

  it('rejects where there is no such channel', async () => {
    const stream = world.connect().channel('nothing').subscribe(only)
    const failure = stream.next()
    await expect(failure).rejects.toBeInstanceOf(BuzzerError)
    await expect(failure).rejects.toMatchObject({ code: 'channel-not-found' })
  })

  it('rejects when the channel is deleted meanwhile', async () => {
    const stream = world
      .connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    const failure = stream.next()
    await world.open()
    world.server.remove('news')
    await expect(failure).rejects.toMatchObject({ name: 'BuzzerError', code: 'channel-not-found' })
  })

  it('rejects when the server stays out of reach', async () => {
    world.server.isDown = true
    const client = world.connect({ retry: { reconnects: 3 } })
    const next = client
      .channel('news')
      .subscribe({ since: 0, ...only })
      .next()
    await expect(next).rejects.toBeInstanceOf(ConnectionError)
  })

  it('ends with its signal, and with return() while it waits', async () => {
    const abort = new AbortController()
    const stream = world
      .connect()
      .channel('news')
      .subscribe({ since: 0, signal: abort.signal, ...only })
    const next = stream.next()
    await world.open()
    abort.abort(new Error('enough'))
    await expect(next).rejects.toThrow('enough')
    const other = world
      .connect()
      .channel('news')
      .subscribe({ since: 0, ...only })
    const waiting = other.next()
    await world.open()
    await other.return()
    await expect(waiting).resolves.toMatchObject({ done: true })
  })
})
