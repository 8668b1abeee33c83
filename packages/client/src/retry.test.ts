import { describe, expect, it } from 'vitest'
import { BuzzerError, ConnectionError } from './error.ts'
import { backoffMs, isRetryable, retryPolicy } from './retry.ts'
import { createSkippingClock } from './testing/skipping-clock.ts'
import { readJson } from './answer.ts'
import { createTransport, type ServerRequest } from './transport.ts'

type Step = Response | Error | (() => Promise<Response>)

const problem = (status: number, code: string, headers: Record<string, string> = {}): Response =>
  new Response(JSON.stringify({ type: 'about:blank', title: '', status, detail: code, code }), {
    status,
    headers: { 'content-type': 'application/problem+json', ...headers },
  })

const request: ServerRequest = {
  method: 'POST',
  path: '/v1/x',
  headers: new Headers({ 'idempotency-key': '"k"' }),
  body: '{}',
  repeatable: true,
}

function setUp(steps: Step[], options: { credential?: () => string; attempts?: number } = {}) {
  const sent: { url: string; init: RequestInit }[] = []
  const clock = createSkippingClock()
  const transport = createTransport({
    url: 'http://buzzer.test',
    credential: options.credential ?? 'bzk_1',
    fetch: async (url, init = {}) => {
      sent.push({ url: url as string, init })
      const step = steps.shift() ?? new Error('nothing left')
      if (step instanceof Error) throw step
      return step instanceof Response ? step : step()
    },
    retry: retryPolicy({ attempts: options.attempts }),
    timeoutMs: 90_000,
    clock,
    random: () => 0.5,
    sockets: null,
    protocols: null,
    parse: JSON.parse,
  })
  return { transport, clock, sent }
}

const ok = (): Response => Response.json({ ok: true })
const down = new TypeError('fetch failed')

const brokenProblem = new Response(new ReadableStream({ pull: (c) => c.error(down) }), {
  status: 503,
  headers: { 'content-type': 'application/problem+json' },
})

describe('the transport', () => {
  it.each<[string, Step]>([
    ['the network failing', down],
    ['408', new Response('', { status: 408 })],
    ['429', problem(429, 'rate-limited')],
    ['502 from a proxy', new Response('<html>', { status: 502 })],
    ['503', problem(503, 'overloaded')],
    ['504 from a proxy', new Response('', { status: 504 })],
    ['409 while the key is accepted', problem(409, 'idempotency-key-in-progress')],
    ['409 while a channel is declared anew', problem(409, 'channel-changed')],
    ['a body that breaks off', new Response(new ReadableStream({ pull: (c) => c.error(down) }))],
    ['a refusal that breaks off', brokenProblem],
  ])('tries again after %s', async (_, step) => {
    const { transport, sent, clock } = setUp([step, ok()])
    await expect(transport.send(request, readJson)).resolves.toEqual({ ok: true })
    expect(sent).toHaveLength(2)
    expect(new Headers(sent[1]?.init.headers).get('idempotency-key')).toBe('"k"')
    expect(sent[1]?.init.body).toBe('{}')
    expect(clock.pending).toBe(0)
  })

  it.each<[string, Response]>([
    ['409 of another kind', problem(409, 'job-finished')],
    ['422', problem(422, 'validation-failed')],
    ['500', problem(500, 'internal-error')],
    ['an outcome', problem(503, 'x', { 'content-location': '/v1/jobs/job_01' })],
    ['a job that failed', problem(502, 'upstream-failed')],
    ['a job that was late', problem(504, 'upstream-timeout')],
  ])('does not try again after %s', async (_, response) => {
    const { transport, sent } = setUp([response, ok()])
    await expect(transport.send(request, readJson)).rejects.toBeInstanceOf(BuzzerError)
    expect(sent).toHaveLength(1)
  })

  it('waits with full jitter under a doubling bound, and gives up in the end', async () => {
    const { transport, sent, clock } = setUp([down, down, down, down, down, down])
    const failure = transport.send(request, readJson)
    await expect(failure).rejects.toBeInstanceOf(ConnectionError)
    await expect(failure).rejects.toMatchObject({ cause: down })
    expect(clock.slept).toEqual([125, 250, 500, 1000, 2000])
    expect(sent).toHaveLength(6)
  })

  it('gives the last refusal as it came', async () => {
    const { transport } = setUp([problem(503, 'overloaded'), problem(503, 'store-unavailable')], {
      attempts: 2,
    })
    await expect(transport.send(request, readJson)).rejects.toMatchObject({
      code: 'store-unavailable',
      status: 503,
    })
  })

  it('waits at least as long as the server asks', async () => {
    const date = new Date(1_700_000_020_000).toUTCString()
    const { transport, clock } = setUp([
      problem(429, 'rate-limited', { 'retry-after': '7' }),
      problem(503, 'overloaded', { 'retry-after': date }),
      ok(),
    ])
    await transport.send(request, readJson)
    expect(clock.slept).toEqual([7_125, 20_000 - 7_125 + 250])
  })

  it('gives up at once where the server asks for more patience than there is', async () => {
    const late = problem(503, 'overloaded', { 'retry-after': '3600' })
    const { transport, sent } = setUp([late, ok()])
    const failure = transport.send(request, readJson)
    await expect(failure).rejects.toMatchObject({ code: 'overloaded', retryAfterMs: 3_600_000 })
    expect(sent).toHaveLength(1)
  })

  it('sends what is not safe to repeat only once', async () => {
    const { transport, sent } = setUp([down, ok()])
    const once = { ...request, repeatable: false }
    await expect(transport.send(once, readJson)).rejects.toBeInstanceOf(ConnectionError)
    expect(sent).toHaveLength(1)
  })

  it('tries again when no answer comes in time', async () => {
    const { transport, clock, sent } = setUp([() => hang(sent[0]?.init.signal), ok()])
    const answer = transport.send(request, readJson)
    await clock.expire(90_000)
    await expect(answer).resolves.toEqual({ ok: true })
  })

  it('stops with the reason of the signal, also between two tries', async () => {
    const caller = new AbortController()
    const { transport, sent, clock } = setUp([
      async () => {
        caller.abort(new Error('enough'))
        throw down
      },
      ok(),
    ])
    const failure = transport.send({ ...request, signal: caller.signal }, readJson)
    await expect(failure).rejects.toThrow('enough')
    expect(sent).toHaveLength(1)
    expect(clock.pending).toBe(0)
  })

  it('asks for the credential before each try, and does not repeat its fault', async () => {
    let count = 0
    const { transport, sent } = setUp([down, ok()], { credential: () => `t${(count += 1)}` })
    await transport.send(request, readJson)
    const keys = sent.map(({ init }) => new Headers(init.headers).get('authorization'))
    expect(keys).toEqual(['Bearer t1', 'Bearer t2'])
    const broken = setUp([ok()], {
      credential: () => {
        throw new Error('no token')
      },
    })
    await expect(broken.transport.send(request, readJson)).rejects.toThrow('no token')
    expect(broken.clock.slept).toEqual([])
  })
})

describe('retries', () => {
  it('keeps the backoff within its bounds', () => {
    expect(backoffMs(1, 100, 1_000, () => 0)).toBe(0)
    expect(backoffMs(1, 100, 1_000, () => 0.999)).toBe(99)
    expect(backoffMs(50, 100, 1_000, () => 0.999)).toBe(999)
  })

  it('can look at a refusal without using up its body', async () => {
    const response = problem(409, 'idempotency-key-in-progress')
    await expect(isRetryable(response)).resolves.toBe(true)
    expect(response.bodyUsed).toBe(false)
  })
})

const hang = (signal: AbortSignal | null | undefined): Promise<Response> =>
  new Promise((_, reject) => {
    if (signal?.aborted === true) reject(signal.reason)
    signal?.addEventListener('abort', () => reject(signal.reason))
  })
