import { createServer, type IncomingHttpHeaders } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { makeWebhookSecret } from '../../core/webhook-secret.ts'
import { answer, startRawServer } from '../../outbound/testing/raw-server.ts'
import { delivery } from './testing/delivery.ts'
import { openWebhooks } from './testing/open-webhooks.ts'

const { signal } = new AbortController()
const secret = makeWebhookSecret((count) => new Uint8Array(count).fill(9))

/** Keeps what it gets, and is pleased with everything. */
async function startReceiver() {
  const got: { method: string; headers: IncomingHttpHeaders; body: string }[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const body = Buffer.concat(chunks).toString('utf8')
      got.push({ method: request.method ?? '', headers: request.headers, body })
      response.writeHead(200, { 'x-seen': 'yes' }).end('thank you')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook?a=b`,
    got,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

describe('a delivery', () => {
  test('is a signed POST that the official library verifies', async () => {
    await using receiver = await startReceiver()
    await using webhooks = openWebhooks()
    const sent = await webhooks.channel.send(
      delivery(receiver.url, { secrets: [secret], headers: [['X-Mine', 'ü']] }),
      signal,
    )
    expect(sent).toMatchObject({ kind: 'delivered', status: 200, answer: { body: 'thank you' } })
    const [{ method, headers, body } = { method: '', headers: {}, body: '' }] = receiver.got
    expect(method).toBe('POST')
    expect(headers).toMatchObject({
      'content-type': 'application/cloudevents+json',
      'content-length': String(body.length),
      'user-agent': 'Buzzer/0.0.0',
      'webhook-request-origin': 'buzzer.example',
      'webhook-id': 'dlv_01jtest',
      'x-mine': 'ü',
    })
    expect(new Webhook(secret).verify(body, headers as Record<string, string>)).toEqual({
      specversion: '1.0',
    })
  })

  test('may have a media type and a name of its own, and nothing else of ours', async () => {
    await using receiver = await startReceiver()
    await using webhooks = openWebhooks()
    const headers = [
      ['Content-Type', 'application/json'],
      ['User-Agent', 'mine'],
      ['Webhook-Id', 'forged'],
      ['WEBHOOK-SIGNATURE', 'forged'],
      ['Host', 'forged'],
      ['Content-Length', '1'],
      ['Connection', 'close, webhook-id'],
    ] as const
    await webhooks.channel.send(delivery(receiver.url, { headers }), signal)
    expect(receiver.got[0]?.headers).toMatchObject({
      'content-type': 'application/json',
      'user-agent': 'mine',
      'webhook-id': 'dlv_01jtest',
      'webhook-signature': expect.stringMatching(/^v1a,/) as string,
      'content-length': '21',
      'host': expect.stringMatching(/^127\.0\.0\.1/) as string,
      'connection': 'keep-alive',
    })
  })

  test('with a secret that cannot be read fails as a value, and nothing is sent', async () => {
    await using receiver = await startReceiver()
    await using webhooks = openWebhooks()
    const sent = await webhooks.channel.send(delivery(receiver.url, { secrets: ['x'] }), signal)
    expect(sent).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('rotate') as string,
    })
    expect(receiver.got).toEqual([])
  })
})

describe('an answer', () => {
  const answered = async (text: string | Buffer) => {
    await using server = await startRawServer((socket) => void socket.write(text))
    await using webhooks = openWebhooks()
    return await webhooks.channel.send(delivery(server.url), signal)
  }

  test('is kept to 4 KiB, with what is no UTF-8 replaced', async () => {
    const head = 'HTTP/1.1 200 OK\r\ncontent-length: 5000\r\n\r\n'
    const sent = await answered(Buffer.concat([Buffer.from(head), Buffer.alloc(5_000, 0xff)]))
    expect(sent).toMatchObject({
      kind: 'delivered',
      answer: { body: '\uFFFD'.repeat(4_096), truncated: true },
    })
    expect(await answered(answer('200 OK', 'a\0b'))).toMatchObject({
      answer: { body: 'a\uFFFDb', truncated: false },
    })
  })

  test('is kept without what only we were told, and with few headers', async () => {
    const secrets = ['set-cookie: a=b', 'x-api-key: c', 'authorization: d', 'www-authenticate: e']
    const odd = ['__proto__: f', 'constructor: g', `x-long: ${'y'.repeat(2_000)}`, 'a: 1', 'a: 2']
    const flood = Array.from({ length: 200 }, (_, index) => `x-${index}: z`)
    const sent = await answered(answer('200 OK', '', [...secrets, ...odd, ...flood]))
    const headers = 'answer' in sent ? (sent.answer?.headers ?? {}) : {}
    expect(headers).toMatchObject({ 'content-length': '0', 'x-long': 'y'.repeat(512), 'a': '1, 2' })
    expect(Object.keys(headers)).toHaveLength(49)
    expect(JSON.stringify(headers)).not.toMatch(/cookie|api-key|authori|authenti|proto|constructor/)
  })

  test.each([
    ['302 Found', 'location: http://169.254.169.254/', /not followed.*169\.254/],
    ['304 Not Modified', 'x: y', /Only 2xx/],
    ['410 Gone', 'x: y', /gone/],
    ['401 Unauthorized', 'x: y', /credential/],
    ['500 Oops', 'x: y', /500.*its side/],
    ['418 Teapot', 'x: y', /^The receiver answered 418\.$/],
  ])('of %s is a failure that says what to do', async (status, header, reason) => {
    expect(await answered(answer(status, '', [header]))).toMatchObject({
      kind: 'failed',
      status: Number(status.slice(0, 3)),
      reason: expect.stringMatching(reason) as string,
      gone: status.startsWith('410'),
      retryAfterMs: null,
    })
  })

  test.each([
    ['7', 7_000],
    ['999999999999', 86_400_000],
    ['99999999999999999999', null],
    ['-1', null],
    ['soon', null],
    ['Fri, 01 Jan 1999 00:00:00 GMT', null],
    ['Fri, 01 Jan 2999 00:00:00 GMT', 86_400_000],
  ])('that asks for %j is bounded', async (value, retryAfterMs) => {
    const sent = await answered(answer('503 Busy', '', [`retry-after: ${value}`]))
    expect(sent).toMatchObject({ kind: 'failed', status: 503, retryAfterMs })
  })
})

describe('calling off', () => {
  test('before the start sends nothing', async () => {
    await using receiver = await startReceiver()
    await using webhooks = openWebhooks()
    const sent = await webhooks.channel.send(delivery(receiver.url), AbortSignal.abort())
    expect(sent).toEqual({ kind: 'unsent' })
    expect(receiver.got).toEqual([])
  })

  test('while the receiver works is a failure, because it may have arrived', async () => {
    const stop = new AbortController()
    await using server = await startRawServer(() => stop.abort())
    await using webhooks = openWebhooks()
    const sent = await webhooks.channel.send(delivery(server.url), stop.signal)
    expect(sent).toMatchObject({
      kind: 'failed',
      reason: expect.stringContaining('may have arrived') as string,
    })
  })
})

test.each([
  [`http://example.com/${'x'.repeat(2_048)}`, 'longer than 2048'],
  ['ftp://example.com/', 'http'],
  ['http://u:p@example.com/', 'credentials'],
  ['http://10.0.0.1/', 'not a public address'],
  ['http://private.example/', 'does not lead to one'],
])('%.60s is no URL for a webhook', async (url, why) => {
  await using webhooks = openWebhooks({ resolve: () => Promise.resolve(['10.0.0.1']) })
  expect(await webhooks.channel.whyNot(url)).toContain(why)
})
