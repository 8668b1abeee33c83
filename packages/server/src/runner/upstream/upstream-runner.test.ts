import { createHash } from 'node:crypto'
import { describe, expect, test } from 'vitest'
import { jobId, openStand, startAt, type Call } from './testing/stand.ts'
import { json, startUpstream, type Respond } from './testing/upstream-server.ts'
import type { UpstreamOperation, UpstreamService } from './service.ts'

const runOnce = async (
  respond: Respond,
  call: Call = {},
  settings: Partial<UpstreamService> & Partial<UpstreamOperation> = {},
) => {
  await using upstream = await startUpstream(respond)
  await using stand = openStand(`${upstream.url}/base/`, settings)
  return { outcome: await stand.run(call), seen: upstream.seen }
}

const status =
  (code: number, headers: Readonly<Record<string, string>> = {}): Respond =>
  (_, response) => {
    response.writeHead(code, headers).end()
  }

describe('a stored call', () => {
  test('is sent again byte for byte, and its answer kept byte for byte', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => (index * 31) % 256)
    const { outcome, seen } = await runOnce(
      ({ body }, response) => {
        response.writeHead(
          201,
          [
            ['Content-Type', 'application/x-thing; v=1'],
            ['X-Twice', 'a'],
            ['X-Twice', 'b'],
            ['Set-Cookie', 'session=1'],
            ['Connection', 'close, X-Hop'],
            ['X-Hop', 'gone'],
            ['ETag', '"7"'],
          ].flat(),
        )
        response.end(body)
      },
      {
        method: 'POST',
        target: "/a%2Fb//c;x='y'?q=%7e&q=&z=ä",
        mediaType: 'application/octet-stream',
        body: bytes,
      },
    )
    expect(seen[0]).toMatchObject({
      method: 'POST',
      target: "/base/a%2Fb//c;x='y'?q=%7e&q=&z=%E4",
      headers: { 'content-type': 'application/octet-stream', 'content-length': '70000' },
    })
    expect(outcome).toMatchObject({
      kind: 'done',
      result: { status: 201, mediaType: 'application/x-thing; v=1' },
    })
    const result = outcome.kind === 'done' ? outcome.result : null
    expect(result?.headers.filter(([name]) => name !== 'date')).toEqual([
      ['x-twice', 'a'],
      ['x-twice', 'b'],
      ['etag', '"7"'],
    ])
    const sha256 = createHash('sha256').update(bytes).digest('hex')
    expect(result?.body).toMatchObject({ size: bytes.byteLength, sha256 })
  })

  test('takes along what the document declares, and nothing that was said to Buzzer', async () => {
    const { seen } = await runOnce(status(200), {
      headers: [
        ['accept', 'text/plain'],
        ['content-type', 'text/csv'],
        ['x-declared', '1'],
        ['authorization', 'Bearer bzk_secret'],
        ['cookie', 'a=b'],
        ['prefer', 'respond-async'],
        ['buzzer-key', 'k'],
        ['callback-secret', 's'],
        ['connection', 'x-hop'],
        ['x-hop', '1'],
        ['proxy-authorization', 'p'],
        ['host', 'evil.example'],
        ['traceparent', 'stale'],
      ],
      trace: {
        traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
        tracestate: 'vendor=1',
      },
    })
    expect(seen[0]?.headers).toEqual({
      'host': expect.stringContaining('127.0.0.1:') as string,
      'connection': 'keep-alive',
      'accept': 'text/plain',
      'content-type': 'text/csv',
      'x-declared': '1',
      'idempotency-key': jobId,
      'traceparent': '00-0af7651916cd43dd8448eb211c80319c-abababababababab-01',
      'tracestate': 'vendor=1',
    })
  })

  test('carries the same key on every attempt', async () => {
    await using upstream = await startUpstream(status(500))
    await using stand = openStand(upstream.url)
    await stand.run({ attempt: 1 })
    await stand.run({ attempt: 2 })
    await stand.run({ attempt: 3, headers: [['idempotency-key', '"mine"']] })
    expect(upstream.seen.map(({ headers }) => headers['idempotency-key'])).toEqual([
      jobId,
      jobId,
      '"mine"',
    ])
  })

  test.each(['/a/../b', '/a/%2e%2E/b', '/..', '/a%2f..%2fb', '/a/..%5cb', '/./a', '\\..\\a?x'])(
    'of %s is not sent: it climbs',
    async (target) => {
      const { outcome, seen } = await runOnce(status(200), { target })
      expect(outcome).toMatchObject({
        kind: 'failed',
        retryable: false,
        error: { code: 'validation-failed' },
      })
      expect(seen).toEqual([])
    },
  )

  test('may hold dots elsewhere', async () => {
    const target = '/a..b/...?next=../x'
    const { seen } = await runOnce(status(200), { target })
    expect(seen[0]?.target).toBe(`/base${target}`)
  })
})

describe('an answer', () => {
  test.each([200, 204, 301, 303, 304, 400, 401, 404, 408, 409, 422, 501, 505])(
    'of %i is the result',
    async (code) => {
      const { outcome } = await runOnce(status(code, { location: 'http://127.0.0.1:1/' }))
      expect(outcome).toMatchObject({ kind: 'done', result: { status: code } })
    },
  )

  test.each([429, 500, 502, 503, 504, 507, 520])('of %i is tried again', async (code) => {
    const { outcome } = await runOnce(status(code), { method: 'POST', target: '/x?token=secret' })
    expect(outcome).toEqual({
      kind: 'failed',
      retryable: true,
      retryAfterMs: null,
      error: {
        code: 'upstream-failed',
        detail: `The upstream legacy answered ${code} to get-report.`,
        extensions: { upstreamStatus: code },
      },
    })
  })

  test.each([
    ['0', 0],
    ['7', 7_000],
    ['999999999', 86_400_000],
    [new Date(startAt + 90_000).toUTCString(), 90_000],
    [new Date(startAt - 90_000).toUTCString(), null],
    [new Date(startAt + 90_000_000_000).toUTCString(), 86_400_000],
    ['-5', null],
    ['1.5', null],
    ['1e9', null],
    ['soon', null],
    ['2027', 2_027_000],
    ['2027-01-01', null],
    ['Fri, 99 Xyz 2026 12:00:00 GMT', null],
    ['', null],
  ])('that asks to come again after %j', async (value, retryAfterMs) => {
    const { outcome } = await runOnce(status(503, { 'retry-after': value }))
    expect(outcome).toMatchObject({ retryable: true, retryAfterMs })
  })

  test('that is too large fails for good', async () => {
    const { outcome } = await runOnce(
      (_, response) => void response.end('x'.repeat(2_000)),
      {},
      { maxResultBytes: 1_000 },
    )
    expect(outcome).toMatchObject({
      retryable: false,
      error: { code: 'upstream-failed', detail: expect.stringContaining('1000 bytes') as string },
    })
  })
})

describe('no answer', () => {
  const hang: Respond = () => {}
  const breakOff: Respond = (_, response) => void response.destroy()
  const half: Respond = (_, response) => {
    response.writeHead(200, { 'content-length': '9' })
    response.write('half')
    setImmediate(() => response.destroy())
  }
  const cases: readonly [name: string, respond: Respond, code: string][] = [
    ['a timeout', hang, 'upstream-timeout'],
    ['a broken connection', breakOff, 'upstream-failed'],
    ['half an answer', half, 'upstream-failed'],
  ]

  test.each(cases)('%s', async (_, respond, code) => {
    const call = { timeoutMs: 100 }
    const tried = async (method: string, retryUnsafe: boolean) => {
      const { outcome } = await runOnce(respond, { ...call, method }, { retryUnsafe })
      expect(outcome).toMatchObject({ kind: 'failed', error: { code } })
      return outcome.kind === 'failed' && outcome.retryable
    }
    expect(await tried('GET', false)).toBe(true)
    expect(await tried('PUT', false)).toBe(true)
    expect(await tried('DELETE', false)).toBe(true)
    expect(await tried('POST', false)).toBe(false)
    expect(await tried('PATCH', false)).toBe(false)
    expect(await tried('POST', true)).toBe(true)
  })

  test('because nobody listens is tried again whatever the method', async () => {
    const gone = await startUpstream(hang)
    await gone[Symbol.asyncDispose]()
    await using stand = openStand(gone.url)
    expect(await stand.run({ method: 'POST' })).toMatchObject({
      retryable: true,
      error: { code: 'upstream-failed' },
    })
  })

  test('because the address is private fails for good and says what to do', async () => {
    await using stand = openStand('http://10.1.2.3:81')
    expect(await stand.run()).toMatchObject({
      retryable: false,
      error: { detail: expect.stringContaining('put "10.1.2.3:81" into outbound.allow') as string },
    })
  })

  test('because it was called off counts as sent once it was', async () => {
    const stop = new AbortController()
    const { outcome } = await runOnce(() => stop.abort(), { method: 'POST', signal: stop.signal })
    expect(outcome).toMatchObject({ kind: 'failed', retryable: false })
  })
})

describe('credentials', () => {
  test.each([
    [{ kind: 'header', name: 'X-Api-Key', value: 'k' }, 'x-api-key', 'k'],
    [{ kind: 'basic', username: 'ü', password: 'p:w' }, 'authorization', 'Basic w7w6cDp3'],
  ] as const)('%j', async (credentials, name, value) => {
    const call = { headers: [['x-api-key', "the caller's"] as const] }
    const { seen } = await runOnce(status(200), call, { credentials })
    expect(seen[0]?.headers[name]).toBe(value)
  })

  const client = {
    kind: 'oauth2',
    clientId: 'the client',
    clientSecret: 's+/:',
    scopes: ['a', 'b'],
    fields: { audience: 'api' },
  } as const

  test('OAuth: one token for all until it runs out, a new one after 401', async () => {
    let issued = 0
    let accepted = 'token-1'
    await using upstream = await startUpstream((seen, response) => {
      if (seen.target === '/token') {
        issued += 1
        return json(response, 200, {
          access_token: `token-${issued}`,
          token_type: 'Bearer',
          expires_in: 600,
        })
      }
      response.writeHead(seen.headers['authorization'] === `Bearer ${accepted}` ? 200 : 401).end()
    })
    const credentials = { ...client, tokenUrl: `${upstream.url}/token` }
    await using stand = openStand(upstream.url, { credentials })

    const first = await Promise.all([stand.run(), stand.run(), stand.run({ method: 'POST' })])
    expect(first).toMatchObject([200, 200, 200].map((code) => ({ result: { status: code } })))
    expect(issued).toBe(1)
    expect(upstream.seen[0]).toMatchObject({
      method: 'POST',
      headers: {
        'authorization': `Basic ${Buffer.from('the+client:s%2B%2F%3A').toString('base64')}`,
        'content-type': 'application/x-www-form-urlencoded',
      },
    })
    expect(upstream.seen[0]?.body.toString()).toBe(
      'grant_type=client_credentials&scope=a+b&audience=api',
    )

    // It would run out in less than the margin.
    stand.pass(571_000)
    accepted = 'token-2'
    expect(await stand.run()).toMatchObject({ result: { status: 200 } })
    expect(issued).toBe(2)

    accepted = 'token-3'
    expect(await stand.run()).toMatchObject({ result: { status: 200 } })
    expect(issued).toBe(3)

    // Once, not for ever.
    accepted = 'none'
    expect(await stand.run()).toMatchObject({ result: { status: 401 } })
    expect(issued).toBe(4)
  })

  test.each([
    [503, {}, true],
    [400, { error: 'invalid_client' }, false],
    [200, { token: 'x' }, false],
    [200, { access_token: 'a\r\nb' }, false],
  ])('OAuth: an authorization server that answers %i %j', async (code, body, retryable) => {
    await using upstream = await startUpstream((_, response) => json(response, code, body))
    const credentials = { ...client, tokenUrl: `${upstream.url}/token` }
    await using stand = openStand(`${upstream.url}/api`, { credentials })
    const outcome = await stand.run()
    expect(outcome).toMatchObject({ kind: 'failed', retryable, error: { code: 'upstream-failed' } })
    expect(JSON.stringify(outcome)).not.toContain(client.clientSecret)
    expect(upstream.seen.map(({ target }) => target)).toEqual(['/token'])
  })
})

describe('an upstream that fails again and again', () => {
  const breaker = { failures: 3, openMs: 1_000, maxOpenMs: 3_000 }

  test('is left alone, probed by one call, and trusted again', async () => {
    let code = 503
    await using upstream = await startUpstream((_, response) => {
      response.writeHead(code).end()
    })
    await using stand = openStand(upstream.url, { breaker })
    const count = () => upstream.seen.length
    await stand.run()
    await stand.run()
    expect(stand.heldOffUntil()).toBeNull()
    await stand.run()
    expect(stand.heldOffUntil()).toBe(stand.now() + 1_000)

    stand.pass(400)
    expect(await stand.run()).toMatchObject({
      kind: 'failed',
      retryable: true,
      begun: false,
      retryAfterMs: 600,
    })
    expect(count()).toBe(3)

    // One probe; what comes beside it is held.
    stand.pass(600)
    expect(stand.heldOffUntil()).toBeNull()
    const both = await Promise.all([stand.run(), stand.run()])
    expect(both).toMatchObject([
      { error: { extensions: { upstreamStatus: 503 } } },
      { begun: false },
    ])
    expect(count()).toBe(4)
    expect(stand.heldOffUntil()).toBe(stand.now() + 2_000)

    stand.pass(2_000)
    await stand.run()
    expect(stand.heldOffUntil()).toBe(stand.now() + 3_000)

    stand.pass(3_000)
    code = 200
    expect(await stand.run()).toMatchObject({ kind: 'done' })
    expect(stand.heldOffUntil()).toBeNull()
    expect(stand.logged.at(-1)).toBe('the upstream is back')
  })

  test('is not taken for ill by what is no fault of its own', async () => {
    const codes = [503, 429, 503, 503, 404, 503, 503, 200]
    await using upstream = await startUpstream((_, response) => {
      response.writeHead(codes.shift() ?? 500).end()
    })
    await using stand = openStand(upstream.url, { breaker })
    for (let left = codes.length; left > 0; left -= 1) await stand.run()
    expect(stand.heldOffUntil()).toBeNull()
  })

  test('holds up none of its other operations', async () => {
    await using upstream = await startUpstream(({ target }, response) => {
      response.writeHead(target === '/broken' ? 500 : 200).end()
    })
    await using stand = openStand(upstream.url, { breaker })
    for (let left = 3; left > 0; left -= 1) await stand.run({ target: '/broken' })
    expect(stand.heldOffUntil()).not.toBeNull()
    expect(await stand.run({ target: '/broken' })).toMatchObject({ begun: false })
    const other = { operation: 'list-reports', target: '/sound' }
    expect(stand.heldOffUntil(other.operation)).toBeNull()
    expect(await stand.run(other)).toMatchObject({ kind: 'done' })
    expect(stand.heldOffUntil()).not.toBeNull()
  })

  test('has a probe again after one that was called off', async () => {
    await using upstream = await startUpstream(status(500))
    await using stand = openStand(upstream.url, { breaker })
    for (let left = 3; left > 0; left -= 1) await stand.run()
    stand.pass(1_000)
    await stand.run({ signal: AbortSignal.abort() })
    expect(stand.heldOffUntil()).toBeNull()
    await stand.run()
    expect(upstream.seen.length).toBe(4)
  })

  test('gets retries within a budget only', async () => {
    await using upstream = await startUpstream(status(429))
    const retryBudget = { ratio: 0.5, perSecond: 1 }
    await using stand = openStand(upstream.url, { retryBudget })
    const retries = async (count: number) => {
      const before = upstream.seen.length
      for (let left = count; left > 0; left -= 1) await stand.run({ attempt: 2 })
      return upstream.seen.length - before
    }
    expect(await retries(15)).toBe(10)
    expect(await stand.run({ attempt: 2 })).toMatchObject({ begun: false, retryable: true })
    stand.pass(3_000)
    expect(await retries(5)).toBe(3)
    for (let left = 4; left > 0; left -= 1) await stand.run({ attempt: 1 })
    expect(await retries(5)).toBe(2)
  })
})

describe('a service', () => {
  test.each([
    [{ url: 'ftp://a' }],
    [{ url: 'http://a/?q' }],
    [{ url: 'nowhere' }],
    [{ followOrigins: ['b.example'] }],
  ])('with %j is refused', (settings) => {
    expect(() => openStand('http://a.example', settings)).toThrow('URL')
  })
})
