import { describe, expect, test } from 'vitest'
import { bytesIn, type PolledMonitor } from '../../core/payload.ts'
import type { RunOutcome } from '../../ports/runner.ts'
import { openStand, type Call, type Stand } from './testing/stand.ts'
import { json, startUpstream, type Respond, type Seen } from './testing/upstream-server.ts'

type Parked = Extract<RunOutcome, { kind: 'parked' }>

/** Looks whenever it is due, until it is parked no more; gives the waits with the outcome. */
async function follow(
  stand: Stand,
  call: Call = {},
): Promise<{ outcome: RunOutcome; waits: number[] }> {
  const waits: number[] = []
  let outcome = await stand.run(call)
  while (outcome.kind === 'parked') {
    const waitMs = outcome.dueAt - stand.now()
    waits.push(waitMs)
    stand.pass(waitMs)
    outcome = await stand.run({ ...call, monitor: outcome.monitor })
  }
  return { outcome, waits }
}

/** Answers the calls in their order; the last one for ever. */
function script(...steps: Respond[]): Respond {
  let next = 0
  return (seen, response, request) => {
    const step = steps[Math.min(next, steps.length - 1)]
    next += 1
    return step?.(seen, response, request)
  }
}

const accepted =
  (headers: Readonly<Record<string, string>>): Respond =>
  (_, response) => {
    response.writeHead(202, headers).end()
  }
const document =
  (value: unknown, status = 200, headers: Readonly<Record<string, string>> = {}): Respond =>
  (_, response) =>
    json(response, status, value, headers)
const targets = (seen: readonly Seen[]) => seen.map(({ method, target }) => `${method} ${target}`)

/** What an upstream does after `POST /reports/7`, what is asked of it, and the result's body. */
const dialects: Readonly<Record<string, { steps: Respond[]; asked: string[]; result: unknown }>> = {
  'a plain monitor that answers with the result': {
    steps: [accepted({ location: '/jobs/1' }), accepted({}), document({ total: 3 })],
    asked: ['GET /jobs/1', 'GET /jobs/1'],
    result: { total: 3 },
  },
  'a plain monitor that sends to the result': {
    steps: [
      accepted({ location: 'jobs/1' }),
      document({ status: 'pending' }),
      document({ status: 'done' }, 303, { location: '/results/1?x=1' }),
      document({ status: 'pending', total: 3 }),
    ],
    // Whatever the result holds, it is the result.
    asked: ['GET /reports/jobs/1', 'GET /reports/jobs/1', 'GET /results/1?x=1'],
    result: { status: 'pending', total: 3 },
  },
  'a monitor that moves': {
    steps: [
      accepted({ location: '/jobs/1' }),
      accepted({ location: '/jobs/2' }),
      document({}, 307, { location: '/jobs/3' }),
      document({ state: 'RUNNING' }, 200, { 'operation-location': '/jobs/4' }),
      document({ total: 3 }),
    ],
    asked: ['GET /jobs/1', 'GET /jobs/2', 'GET /jobs/3', 'GET /jobs/4'],
    result: { total: 3 },
  },
  'Azure: the result is where the first answer said': {
    steps: [
      accepted({ 'operation-location': '/operations/1', 'location': '/reports/7/final' }),
      document({ status: 'NotStarted' }),
      document({ status: 'Running', percentComplete: 40 }),
      document({ status: 'Succeeded' }),
      document({ total: 3 }),
    ],
    asked: ['GET /operations/1', 'GET /operations/1', 'GET /operations/1', 'GET /reports/7/final'],
    result: { total: 3 },
  },
  'Azure: the result is where the monitor says': {
    steps: [
      accepted({ 'operation-location': '/operations/1' }),
      document({ status: 'Succeeded', resourceLocation: '/things/9' }),
      document({ total: 3 }),
    ],
    asked: ['GET /operations/1', 'GET /things/9'],
    result: { total: 3 },
  },
  'Azure Resource Manager': {
    steps: [
      accepted({ 'azure-asyncoperation': '/operations/1' }),
      document({ properties: { provisioningState: 'Updating' } }),
      document({ properties: { provisioningState: 'Succeeded', total: 3 } }),
    ],
    asked: ['GET /operations/1', 'GET /operations/1'],
    result: { properties: { provisioningState: 'Succeeded', total: 3 } },
  },
  'OGC API Processes': {
    steps: [
      document({ jobID: '1', type: 'process', status: 'accepted' }, 201, { location: '/jobs/1' }),
      document({ jobID: '1', type: 'process', status: 'running', progress: 40 }),
      document({
        jobID: '1',
        status: 'successful',
        links: [
          { rel: 'self', href: '/jobs/1' },
          { rel: 'http://www.opengis.net/def/rel/ogc/1.0/results', href: '/jobs/1/out' },
        ],
      }),
      document({ total: 3 }),
    ],
    asked: ['GET /jobs/1', 'GET /jobs/1', 'GET /jobs/1/out'],
    result: { total: 3 },
  },
  'OGC API Processes without a link': {
    steps: [
      accepted({ location: '/jobs/1?f=json' }),
      document({ jobID: '1', status: 'successful' }),
      document({ total: 3 }),
    ],
    asked: ['GET /jobs/1?f=json', 'GET /jobs/1/results'],
    result: { total: 3 },
  },
  'Google AIP-151': {
    steps: [
      accepted({ location: '/v1/operations/1' }),
      document({ name: 'operations/1', done: false }),
      document({ name: 'operations/1', done: true, response: { total: 3 } }),
    ],
    asked: ['GET /v1/operations/1', 'GET /v1/operations/1'],
    result: { name: 'operations/1', done: true, response: { total: 3 } },
  },
  'another Buzzer': {
    steps: [
      document({ id: 'job_1', state: 'queued' }, 202, {
        'location': '/v1/jobs/job_1',
        'operation-location': '/v1/jobs/job_1',
        'retry-after': '1',
      }),
      document({ state: 'running', progress: { percent: 40, message: 'page 4' }, error: null }),
      document({ state: 'succeeded', error: null, links: { result: '/v1/jobs/job_1/result' } }),
      document({ total: 3 }),
    ],
    asked: ['GET /v1/jobs/job_1', 'GET /v1/jobs/job_1', 'GET /v1/jobs/job_1/result'],
    result: { total: 3 },
  },
}

describe('an asynchronous upstream is followed to its end', () => {
  test.each(Object.entries(dialects))('%s', async (_, { steps, asked, result }) => {
    await using upstream = await startUpstream(script(...steps))
    await using stand = openStand(upstream.url)
    const { outcome } = await follow(stand, { method: 'POST' })
    expect(targets(upstream.seen)).toEqual(['POST /reports/7', ...asked])
    expect(outcome).toMatchObject({ kind: 'done', result: { status: 200 } })
    const body = outcome.kind === 'done' ? outcome.result.body : new Uint8Array()
    expect(JSON.parse(new TextDecoder().decode(bytesIn(body)))).toEqual(result)
  })

  test('and tells how far it is', async () => {
    const steps = ['Azure: the result is where the first answer said', 'another Buzzer']
    const told = await Promise.all(
      steps.map(async (name) => {
        await using upstream = await startUpstream(script(...(dialects[name]?.steps ?? [])))
        await using stand = openStand(upstream.url)
        await follow(stand, { method: 'POST' })
        return stand.progress
      }),
    )
    expect(told).toEqual([[[40, null]], [[40, 'page 4']]])
  })

  test('with waits that grow, or that it asks for within bounds', async () => {
    const running = document({ status: 'running' })
    const asks = (value: string) => document({ status: 'running' }, 200, { 'retry-after': value })
    const upstreamSteps = [
      accepted({ 'location': '/jobs/1', 'retry-after': '7' }),
      running,
      running,
      asks('0'),
      asks('999999'),
      asks('nonsense'),
      document({ total: 3 }),
    ]
    await using upstream = await startUpstream(script(...upstreamSteps))
    await using stand = openStand(upstream.url)
    const { waits } = await follow(stand)
    expect(waits).toEqual([7_000, 750, 1_125, 500, 3_600_000, 3_797])
  })

  test('through errors of its monitor, which change nothing', async () => {
    const destroy: Respond = (_, response) => void response.destroy()
    const fails = (code: number): Respond => document({}, code)
    await using upstream = await startUpstream(
      script(
        accepted({ location: '/jobs/1' }),
        destroy,
        fails(500),
        fails(429),
        fails(425),
        (_, response) => void response.writeHead(302, { location: '/out/1' }).end(),
        fails(503),
        (_, response) => void response.writeHead(302, { location: '/out/1' }).end(),
        document({ gone: true }, 410),
      ),
    )
    await using stand = openStand(upstream.url)
    const { outcome } = await follow(stand, { method: 'POST' })
    // A result is a result, whatever its status.
    expect(outcome).toMatchObject({ kind: 'done', result: { status: 410 } })
    expect(targets(upstream.seen).filter((line) => line.startsWith('POST'))).toHaveLength(1)
  })

  test('also when it is held off: then nothing is asked and nothing counted', async () => {
    await using upstream = await startUpstream(
      script(accepted({ location: '/jobs/1' }), document({}, 500), document({ total: 3 })),
    )
    const breaker = { failures: 1, openMs: 60_000, maxOpenMs: 60_000 }
    await using stand = openStand(upstream.url, { breaker })
    const first = (await stand.run()) as Parked
    const second = (await stand.run({ monitor: first.monitor })) as Parked
    const held = await stand.run({ monitor: second.monitor })
    expect(held).toEqual({
      kind: 'parked',
      monitor: second.monitor,
      dueAt: stand.now() + 60_000,
    })
    expect(upstream.seen).toHaveLength(2)
    stand.pass(60_000)
    expect(await stand.run({ monitor: second.monitor })).toMatchObject({ kind: 'done' })
  })
})

describe('an asynchronous upstream that fails', () => {
  test.each([
    [{ status: 'Failed', error: { code: 'X' } }, { code: 'X' }],
    [{ status: 'canceled' }, null],
    [{ state: 'dismissed', errors: ['a'] }, ['a']],
    [{ done: true, error: { code: 5 } }, { code: 5 }],
  ])('says so with %j', async (body, upstreamError) => {
    await using upstream = await startUpstream(
      script(accepted({ location: '/jobs/1' }), document(body)),
    )
    await using stand = openStand(upstream.url)
    expect((await follow(stand)).outcome).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: { code: 'upstream-failed', extensions: { upstreamStatus: 200, upstreamError } },
    })
  })

  test('or loses its monitor', async () => {
    await using upstream = await startUpstream(
      script(accepted({ location: '/jobs/1' }), document({}, 404)),
    )
    await using stand = openStand(upstream.url)
    expect((await follow(stand)).outcome).toMatchObject({
      retryable: false,
      error: { extensions: { upstreamStatus: 404 } },
    })
  })

  test('or never ends', async () => {
    await using upstream = await startUpstream(
      script(accepted({ location: '/jobs/1' }), document({ status: 'running' })),
    )
    await using stand = openStand(upstream.url, { giveUpMs: 3_000 })
    const { outcome, waits } = await follow(stand)
    expect(outcome).toMatchObject({ retryable: false, error: { code: 'upstream-timeout' } })
    expect(waits.reduce((sum, waitMs) => sum + waitMs, 0)).toBe(3_000)
  })

  test('or goes in circles', async () => {
    await using upstream = await startUpstream(
      script(accepted({ location: '/jobs/1' }), document({}, 302, { location: '/jobs/1' })),
    )
    await using stand = openStand(upstream.url)
    expect((await follow(stand)).outcome).toMatchObject({
      retryable: false,
      error: { detail: expect.stringContaining('circles') as string },
    })
    expect(upstream.seen.length).toBeLessThan(10)
  })
})

describe('another origin', () => {
  const credentials = { kind: 'header', name: 'x-api-key', value: 'secret' } as const
  const call = { headers: [['x-declared', '1'] as const] }

  test('is not asked unless it is named', async () => {
    await using other = await startUpstream(document({ total: 3 }))
    await using upstream = await startUpstream(accepted({ location: `${other.url}/jobs/1` }))
    await using stand = openStand(upstream.url, { credentials })
    expect(await stand.run(call)).toMatchObject({
      kind: 'failed',
      retryable: false,
      error: { detail: expect.stringContaining(other.url) as string },
    })
    // Not even where the store says so.
    const monitor: PolledMonitor = { url: `${other.url}/jobs/1`, polls: 0, giveUpAt: Infinity }
    expect(await stand.run({ ...call, monitor })).toMatchObject({ kind: 'failed' })
    expect(other.seen).toEqual([])
  })

  test.each(['file:///etc/passwd', 'http://', 'javascript:1', 'http://[', '//10.0.0.1/x'])(
    'such as %s neither',
    async (location) => {
      await using upstream = await startUpstream(accepted({ location }))
      await using stand = openStand(upstream.url)
      expect(await stand.run()).toMatchObject({ kind: 'failed', retryable: false })
    },
  )

  test('never gets credentials, wherever the trail leads', async () => {
    await using other = await startUpstream((seen, response) => {
      if (seen.target === '/jobs/1')
        return json(
          response,
          200,
          { status: 'running' },
          {
            'operation-location': '/jobs/2',
          },
        )
      if (seen.target === '/jobs/2') response.writeHead(303, { location: '/out' })
      response.end('the result')
    })
    await using upstream = await startUpstream((seen, response) => {
      if (seen.method === 'POST') response.writeHead(202, { location: '/jobs/1' })
      else response.writeHead(307, { location: `${other.url}/jobs/1` })
      response.end()
    })
    await using stand = openStand(upstream.url, { credentials, followOrigins: [`${other.url}/x`] })
    const { outcome } = await follow(stand, { ...call, method: 'POST' })
    expect(outcome).toMatchObject({ kind: 'done', result: { status: 200 } })
    expect(targets(other.seen)).toEqual(['GET /jobs/1', 'GET /jobs/2', 'GET /out'])
    const asked = other.seen.map(({ headers }) => Object.keys(headers).toSorted())
    expect(asked).toEqual(asked.map(() => ['accept', 'connection', 'host']))
    expect(upstream.seen.map(({ headers }) => headers['x-api-key'])).toEqual(['secret', 'secret'])
  })
})
