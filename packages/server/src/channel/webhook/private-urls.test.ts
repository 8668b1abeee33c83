import { Resolver } from 'node:dns/promises'
import { describe, expect, test } from 'vitest'
import { startNameServer } from '../../../../../test/targets/name-server.ts'
import { leadingInside, privateUrls } from '../../../../../test/targets/private-urls.ts'
import { answer, startRawServer, type RawServer } from '../../outbound/testing/raw-server.ts'
import { get } from '../../outbound/testing/call.ts'
import { delivery } from './testing/delivery.ts'
import { openWebhooks } from './testing/open-webhooks.ts'

const { signal } = new AbortController()
const inside = (name: string) => Promise.resolve(leadingInside[name] ?? [])

/** Sings when anybody reaches it, by whichever of this machine's addresses. */
const startCanary = (): Promise<RawServer> =>
  startRawServer((socket) => void socket.write(answer('200 OK', 'reached')), '::')

describe('a URL that leads inside', () => {
  test('is refused in all of its forms, and nothing is opened', async () => {
    await using canary = await startCanary()
    await using webhooks = openWebhooks({ allow: [], resolve: inside })
    const urls = privateUrls(canary.port)
    expect(urls.length).toBeGreaterThanOrEqual(300)
    const passed = await Promise.all(
      urls.map(async (url) => {
        const reason = await webhooks.channel.whyNot(url)
        const sent = await webhooks.channel.send(delivery(url, { timeoutMs: 1_000 }), signal)
        const called = await webhooks.outbound.call(get(url, { timeoutMs: 1_000 }))
        const isRefused = called.kind === 'failed' && called.failure.reason === 'rejected'
        return reason !== null && sent.kind === 'failed' && isRefused ? [] : [url]
      }),
    )
    expect(passed.flat()).toEqual([])
    expect(canary.connections).toBe(0)
  })

  test('is reached where it is allowed, so the canary can sing', async () => {
    await using canary = await startCanary()
    const allow = ['127.0.0.0/8', '::1']
    await using webhooks = openWebhooks({ allow, resolve: inside })
    for (const host of ['127.0.0.1', '2130706433', '[::ffff:7f00:1]', 'inside.example']) {
      const url = `http://${host}:${canary.port}/`
      expect(await webhooks.channel.whyNot(url)).toBeNull()
      expect(await webhooks.channel.send(delivery(url), signal)).toMatchObject({
        kind: 'delivered',
      })
    }
    expect(canary.connections).toBeGreaterThan(0)
  })
})

describe('a name that changes its mind', () => {
  const open = (server: string, allow: readonly string[]) => {
    const resolver = new Resolver()
    resolver.setServers([server])
    return openWebhooks({ allow, resolve: (name) => resolver.resolve4(name) })
  }

  test('is vetted outside and refused when it is connected to', async () => {
    await using canary = await startCanary()
    await using names = await startNameServer(['93.184.215.14', '127.0.0.1'])
    await using webhooks = open(names.address, [])
    const url = `http://rebind.example:${canary.port}/`
    expect(await webhooks.channel.whyNot(url)).toBeNull()
    expect(await webhooks.channel.send(delivery(url), signal)).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('not a public address') as string,
    })
    expect(names.asked).toBe(2)
    expect(canary.connections).toBe(0)
  })

  test('is asked once for a connection, which goes to the address that was checked', async () => {
    await using canary = await startRawServer((socket) => void socket.write(answer('200 OK')))
    // The first one stands for a public address: it is permitted, and nothing listens there.
    await using names = await startNameServer(['127.0.0.9', '127.0.0.1'])
    await using webhooks = open(names.address, ['127.0.0.9'])
    const url = `http://rebind.example:${canary.port}/`
    const outside = await webhooks.channel.send(delivery(url), signal)
    expect(outside).toMatchObject({ reason: expect.stringContaining('Nobody listens') as string })
    expect(names.asked).toBe(1)
    for (let attempt = 0; attempt < 5; attempt += 1) {
      const sent = await webhooks.channel.send(delivery(url), signal)
      expect(sent).toMatchObject({ reason: expect.stringContaining('not a public') as string })
    }
    expect(canary.connections).toBe(0)
  })
})
