import * as conventions from '@opentelemetry/semantic-conventions/incubating'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { startUpstream } from '../http/support/upstream.ts'
import { call, ended, submit, type JobDocument } from '../support/call.ts'
import { startCollector, type Collector } from '../support/collector.ts'
import { temporaryFolder } from '../support/folder.ts'
import type { ReceivedSpan } from '../support/otlp.ts'
import { startServer } from '../support/server.ts'

const config = new URL('./tracing.config.ts', import.meta.url)
/** Sampled, with a state of the caller's own. */
const callersTrace = '4bf92f3577b34da6a3ce929d0e0e4736'
const callersSpan = '00f067aa0ba902b7'
const sampled = {
  traceparent: `00-${callersTrace}-${callersSpan}-01`,
  tracestate: 'vendor=opaque',
}

async function open(env: NodeJS.ProcessEnv = {}, answer?: (index: number) => number) {
  await using resources = new AsyncDisposableStack()
  const folder = resources.use(await temporaryFolder('tracing'))
  const collector = resources.use(await startCollector(answer))
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_BSP_SCHEDULE_DELAY: '50',
    ...env,
  }
  const start = (more: NodeJS.ProcessEnv = {}) =>
    startServer({ config, data: join(folder.path, 'data'), env: { ...traced, ...more } })
  const server = resources.use(await start())
  const owned = resources.move()
  return { collector, server, start, [Symbol.asyncDispose]: () => owned.disposeAsync() }
}

const named = (spans: readonly ReceivedSpan[], name: string): ReceivedSpan => {
  const found = spans.find((span) => span.name === name)
  if (found === undefined) throw new Error(`${name} is not among ${spans.map(nameOf).join(', ')}`)
  return found
}

const nameOf = ({ name }: ReceivedSpan): string => name

/** All spans of a trace, once there are as many as there have to be. */
async function traceOf({ spans }: Collector, traceId: string, count: number) {
  const found = () => spans().filter((span) => span.traceId === traceId)
  await expect.poll(() => found().length).toBe(count)
  return found()
}

/** Ids of spans are of the run's, not known before. */
const parentOf = (traceparent: unknown): string => String(traceparent).split('-')[2] ?? ''

test('a job is one trace: accepted, waited, ran, with what its handler traces below', async () => {
  await using world = await open({
    OTEL_SERVICE_NAME: 'orders',
    OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20abc',
    OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
  })
  const { server, collector } = world
  const job = await submit(server.url, 'greet', {}, sampled)
  await ended(server.url, job.id)
  const told = (await call(server.url, `/v1/jobs/${job.id}/result`)).json<{
    own: string
    inside: string
  }>()

  const spans = await traceOf(collector, callersTrace, 4)
  const accept = named(spans, 'accept greet')
  const wait = named(spans, 'wait greet')
  const run = named(spans, 'run greet')
  const inside = named(spans, 'look up')
  expect(accept).toMatchObject({
    kind: 'SERVER',
    parentId: callersSpan,
    traceState: 'vendor=opaque',
    events: ['accepted'],
    scope: 'buzzer',
    status: { code: 'UNSET' },
    attributes: {
      'http.request.method': 'POST',
      'http.route': '/v1/operations/{operation}/jobs',
      'http.response.status_code': 202,
      'url.path': '/v1/operations/greet/jobs',
      'buzzer.job.id': job.id,
      'buzzer.operation': 'greet',
    },
    resource: {
      'service.name': 'orders',
      'service.version': expect.any(String),
      'service.instance.id': expect.stringMatching(/^nod_/),
    },
  })
  expect(wait).toMatchObject({ kind: 'INTERNAL', parentId: accept.spanId })
  expect(run).toMatchObject({
    kind: 'CONSUMER',
    parentId: accept.spanId,
    links: [accept.spanId],
    status: { code: 'UNSET' },
    attributes: {
      'messaging.system': 'buzzer',
      'messaging.operation.name': 'run',
      'messaging.operation.type': 'process',
      'messaging.destination.name': 'greet',
      'messaging.message.id': job.id,
      'buzzer.attempt': 1,
      'buzzer.outcome': 'succeeded',
    },
  })
  expect(inside).toMatchObject({ parentId: run.spanId, scope: 'library' })
  expect(parentOf(told.own)).toBe(run.spanId)
  expect(told.inside).toBe(`00-${callersTrace}-${inside.spanId}-01`)
  for (const span of spans) expect(span.endMs).toBeGreaterThanOrEqual(span.startMs)

  expect(collector.exports[0]).toMatchObject({
    path: '/v1/traces',
    headers: { 'content-type': 'application/x-protobuf', 'authorization': 'Basic abc' },
  })
  const lines = server.stderr().split('\n')
  for (const message of ['"job succeeded"', '"greeting"']) {
    const line = lines.find((text) => text.includes(message)) ?? ''
    expect(JSON.parse(line)).toMatchObject({ trace_id: callersTrace, span_id: run.spanId })
  }
  // What others see of the job names the span that accepted it.
  const events = await call(server.url, `/v1/jobs/${job.id}/events`)
  expect(events.text).toContain(`00-${callersTrace}-${accept.spanId}-01`)
})

test('a thread is told its span, a failure says what it is, and all names are known', async () => {
  await using world = await open()
  const { server, collector } = world
  const thinking = await submit(server.url, 'think', {})
  await ended(server.url, thinking.id)
  const refused = await submit(server.url, 'refuse', {})
  await ended(server.url, refused.id)
  const patient = await call(server.url, '/v1/operations/patient/jobs', { body: {} })
  expect(patient.status).toBe(200)
  const invalid = await call(server.url, '/v1/operations/greet/jobs', {
    body: {},
    headers: { 'buzzer-priority': 'much' },
  })
  expect(invalid.status).toBe(400)
  await expect
    .poll(() => collector.spans().map(nameOf).toSorted())
    .toEqual([
      'accept greet',
      'accept patient',
      'accept refuse',
      'accept think',
      'run patient',
      'run refuse',
      'run think',
      'wait patient',
      'wait refuse',
      'wait think',
    ])
  const spans = collector.spans()
  const told = (await call(server.url, `/v1/jobs/${thinking.id}/result`)).json<{ own: string }>()
  expect(parentOf(told.own)).toBe(named(spans, 'run think').spanId)
  expect(named(spans, 'run refuse')).toMatchObject({
    status: { code: 'ERROR', message: 'handler-failed' },
    attributes: { 'error.type': 'handler-failed', 'buzzer.outcome': 'failed' },
  })
  // The caller's fault is no error of the server's.
  expect(named(spans, 'accept greet')).toMatchObject({
    status: { code: 'UNSET' },
    attributes: { 'http.response.status_code': 400 },
  })
  // A caller that waited is answered within the span of its call.
  const accept = named(spans, 'accept patient')
  const run = named(spans, 'run patient')
  expect(accept.attributes['http.response.status_code']).toBe(200)
  expect(accept.endMs).toBeGreaterThanOrEqual(run.endMs)
  expect(run.parentId).toBe(accept.spanId)

  const known = new Set<unknown>(Object.values(conventions))
  const used = new Set(
    spans.flatMap(({ attributes, resource }) => Object.keys({ ...attributes, ...resource })),
  )
  const strange = [...used].filter((name) => !known.has(name) && !name.startsWith('buzzer.'))
  expect(strange).toEqual([])
})

test('each try of a wrapped call is a run with its call, and the upstream is told which', async () => {
  await using upstream = await startUpstream()
  upstream.behave((_, count) => ({ status: count === 1 ? 503 : 200, body: 'report' }))
  await using world = await open({ UPSTREAM: upstream.url })
  const { server, collector } = world
  const answer = await call(server.url, '/api/legacy/reports/7?api_key=secret', {
    headers: sampled,
  })
  expect(answer.status).toBe(202)
  await ended(server.url, answer.json<JobDocument>().id)

  const spans = await traceOf(collector, callersTrace, 7)
  const accept = named(spans, 'accept legacy.getReport')
  expect(accept.attributes).toMatchObject({
    'http.request.method': 'GET',
    'http.route': '/api/legacy/reports/{id}',
    'url.path': '/api/legacy/reports/7',
  })
  const byTime = (name: string) =>
    spans.filter((span) => span.name === name).toSorted((one, other) => one.startMs - other.startMs)
  const runs = byTime('run legacy.getReport')
  const calls = byTime('GET')
  expect(runs).toMatchObject([
    {
      parentId: accept.spanId,
      attributes: {
        'buzzer.attempt': 1,
        'buzzer.outcome': 'failed',
        'error.type': 'upstream-failed',
      },
      status: { code: 'ERROR' },
    },
    { parentId: accept.spanId, attributes: { 'buzzer.attempt': 2, 'buzzer.outcome': 'succeeded' } },
  ])
  const { port } = new URL(upstream.url)
  const target = {
    'http.request.method': 'GET',
    'url.full': `${upstream.url}/reports/7?api_key=REDACTED`,
    'server.address': '127.0.0.1',
    'server.port': Number(port),
  }
  expect(calls).toMatchObject([
    {
      kind: 'CLIENT',
      parentId: runs[0]?.spanId,
      attributes: { ...target, 'http.response.status_code': 503, 'error.type': '503' },
      status: { code: 'ERROR' },
    },
    {
      kind: 'CLIENT',
      parentId: runs[1]?.spanId,
      attributes: { ...target, 'http.response.status_code': 200, 'http.request.resend_count': 1 },
      status: { code: 'UNSET' },
    },
  ])
  expect(upstream.calls.map((arrived) => arrived.header('traceparent'))).toEqual(
    calls.map(({ spanId }) => `00-${callersTrace}-${spanId}-01`),
  )
  expect(upstream.calls[0]?.header('tracestate')).toBe('vendor=opaque')
  // The wait before a try begins when it is due, not when the job came.
  const waits = byTime('wait legacy.getReport')
  expect(waits[1]?.startMs).toBeGreaterThanOrEqual(Math.floor(runs[0]?.endMs ?? 0))
})

test('work that goes on outside is looked after in the same trace', async () => {
  await using upstream = await startUpstream()
  upstream.behave((_, count) =>
    count === 1 ? { status: 202, headers: ['Location', '/status'] } : { body: 'report' },
  )
  await using world = await open({ UPSTREAM: upstream.url })
  const { server, collector } = world
  const answer = await call(server.url, '/api/legacy/reports/7', { headers: sampled })
  await ended(server.url, answer.json<JobDocument>().id)
  const spans = await traceOf(collector, callersTrace, 7)
  const run = named(spans, 'run legacy.getReport')
  expect(run.attributes['buzzer.outcome']).toBe('parked')
  const look = named(spans, 'look legacy.getReport')
  expect(look).toMatchObject({
    parentId: run.parentId,
    attributes: { 'buzzer.attempt': 1, 'buzzer.outcome': 'succeeded' },
  })
  const parents = spans.filter(({ name }) => name === 'GET').map(({ parentId }) => parentId)
  expect(parents.toSorted()).toEqual([run.spanId, look.spanId].toSorted())
})

test('the jobs of a batch are one trace, and those of a schedule one each', async () => {
  await using world = await open({ TICK: '1' })
  const { server, collector } = world
  const jobs = [{ operation: 'greet' }, { operation: 'greet' }, { operation: 'refuse' }]
  const batch = await call(server.url, '/v1/batches', { body: { jobs }, headers: sampled })
  expect(batch.status).toBe(202)
  const spans = await traceOf(collector, callersTrace, 9)
  const accept = named(spans, 'accept batch')
  expect(accept).toMatchObject({
    parentId: callersSpan,
    attributes: { 'http.route': '/v1/batches', 'buzzer.batch.id': batch.json<JobDocument>().id },
  })
  const runs = spans.filter(({ name }) => name.startsWith('run '))
  expect(runs.map(({ parentId }) => parentId)).toEqual(Array(3).fill(accept.spanId))

  const ticks = () => collector.spans().filter(({ name }) => name === 'run tick')
  await expect.poll(() => ticks().length).toBeGreaterThan(1)
  const [first, second] = ticks()
  const schedules = collector.spans().filter(({ name }) => name === 'schedule tick')
  const due = schedules.find(({ spanId }) => spanId === first?.parentId)
  expect(due).toMatchObject({ kind: 'PRODUCER', parentId: '', traceId: first?.traceId })
  expect(second?.traceId).not.toBe(first?.traceId)
})

test('a delay is no wait: a job waits from when it may run', async () => {
  await using world = await open()
  const { server, collector } = world
  const job = await submit(server.url, 'greet', {}, { ...sampled, 'buzzer-delay': '700ms' })
  await ended(server.url, job.id)
  const spans = await traceOf(collector, callersTrace, 4)
  const accept = named(spans, 'accept greet')
  const wait = named(spans, 'wait greet')
  expect(wait.startMs - accept.startMs).toBeGreaterThanOrEqual(699)
  expect(accept.endMs).toBeLessThan(wait.startMs)
})

test('a job that outlives its server goes on in its trace on the next', async () => {
  await using world = await open({ PACE: '1' })
  const { collector, server, start } = world
  const job = await submit(server.url, 'slow', { ms: 60_000 }, sampled)
  const version = () =>
    call(server.url, `/v1/jobs/${job.id}`).then((seen) => seen.json<JobDocument>().version)
  await expect.poll(version).toBeGreaterThan(2)
  // What was to be sent before the end is there; what ran at the end is not.
  await traceOf(collector, callersTrace, 2)
  server.kill('SIGKILL')
  await server.exited

  await using next = await start({ PACE: '0' })
  expect(await ended(next.url, job.id)).toMatchObject({ state: 'succeeded' })
  const spans = await traceOf(collector, callersTrace, 4)
  const run = named(spans, 'run slow')
  expect(run).toMatchObject({
    parentId: named(spans, 'accept slow').spanId,
    attributes: { 'buzzer.outcome': 'succeeded', 'buzzer.leases_lost': 1 },
  })
  const nodes = spans.map(({ resource }) => resource['service.instance.id'])
  expect(new Set(nodes).size).toBe(2)
})

test('what is not sampled is not sent, and stays so for whoever is called', async () => {
  await using upstream = await startUpstream()
  await using world = await open({
    UPSTREAM: upstream.url,
    OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
    OTEL_TRACES_SAMPLER_ARG: '0',
  })
  const { server, collector } = world
  const wrapped = '/api/legacy/reports/7'
  const unsampled = { traceparent: `00-${callersTrace}-${callersSpan}-00` }
  for (const headers of [unsampled, {}]) {
    const answer = await call(server.url, wrapped, { headers })
    await ended(server.url, answer.json<JobDocument>().id)
  }
  const [first, second] = upstream.calls.map((arrived) => arrived.header('traceparent'))
  expect(first).toMatch(new RegExp(`^00-${callersTrace}-(?!${callersSpan})[0-9a-f]{16}-00$`))
  expect(second).toMatch(/^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/)
  const last = await call(server.url, wrapped, { headers: sampled })
  await ended(server.url, last.json<JobDocument>().id)
  await traceOf(collector, callersTrace, 4)
  expect(collector.spans()).toHaveLength(4)
})

test('a server that stops sends what it has first', async () => {
  await using world = await open({ OTEL_BSP_SCHEDULE_DELAY: '600000' })
  const { server, collector } = world
  const job = await submit(server.url, 'greet', {}, sampled)
  await ended(server.url, job.id)
  expect(collector.exports).toEqual([])
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(collector.spans()).toHaveLength(4)
})

test('a collector that is gone costs one line, and no job', async () => {
  await using world = await open({ OTEL_EXPORTER_OTLP_TIMEOUT: '300' })
  const { server, collector } = world
  await collector[Symbol.asyncDispose]()
  for (let index = 0; index < 20; index += 1) {
    const job = await submit(server.url, 'greet', {})
    expect(await ended(server.url, job.id)).toMatchObject({ state: 'succeeded' })
  }
  const warnings = () =>
    server
      .stderr()
      .split('\n')
      .filter((line) => line.includes('traces are lost'))
  await expect.poll(() => warnings().length).toBe(1)
  const asked = performance.now()
  expect(await server.stop()).toEqual({ code: 0, signal: null })
  expect(performance.now() - asked).toBeLessThan(5_000)
  // The last says what was lost since.
  expect(warnings().length).toBeLessThanOrEqual(2)
})

test('without an endpoint nothing is traced: a caller’s trace passes through', async () => {
  await using upstream = await startUpstream()
  await using world = await open({ UPSTREAM: upstream.url, OTEL_EXPORTER_OTLP_ENDPOINT: '' })
  const { server, collector } = world
  const job = await submit(server.url, 'greet', {}, sampled)
  await ended(server.url, job.id)
  const told = (await call(server.url, `/v1/jobs/${job.id}/result`)).json<object>()
  expect(told).toEqual({ own: sampled.traceparent, inside: 'none' })
  const wrapped = await call(server.url, '/api/legacy/reports/7', { headers: sampled })
  await ended(server.url, wrapped.json<JobDocument>().id)
  const [arrived] = upstream.calls
  expect(arrived?.header('traceparent')).toMatch(
    new RegExp(`^00-${callersTrace}-(?!${callersSpan})[0-9a-f]{16}-01$`),
  )
  expect(arrived?.header('tracestate')).toBe('vendor=opaque')
  await server.stop()
  expect(collector.exports).toEqual([])
})
