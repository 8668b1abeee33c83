import type { OutputPiece } from '@buzzer/contract'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, getJob, submit } from './support/job.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { openStream, type SseEvent } from './support/sse.ts'

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      gate: operation({ retry: { attempts: 2, delay: '1ms', maxDelay: '1ms' }, run: gates.run }),
      small: operation({ run: () => ({ small: true }) }),
      large: operation({ run: () => 'x'.repeat(70_000) }),
      bytes: operation({ run: () => raw(new Uint8Array([1]), 'image/png') }),
    },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const eventsOf = (id: string, headers = {}, query = '') =>
  openStream(server.url, `/v1/jobs/${id}/events${query}`, headers)
const names = (events: readonly SseEvent[]): readonly string[] => events.map(({ event }) => event)
const pieces = (events: readonly SseEvent[]): readonly OutputPiece[] =>
  events
    .filter(({ event }) => event === 'job.output')
    .map(({ data }) => data.data as unknown as OutputPiece)

test('the stream has the headers and the form that section 4 says', async () => {
  const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'
  const { id } = await submit(server.url, 'small', undefined, { traceparent: trace })
  await ended(server.url, id)
  using stream = await eventsOf(id, { accept: 'text/event-stream' })
  expect(stream.answer.statusCode).toBe(200)
  expect(stream.answer.headers).toMatchObject({
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': expect.stringMatching(/no-transform/) as string,
    'x-accel-buffering': 'no',
  })
  const events = await stream.rest()
  const block = String.raw`id: \d+\nevent: [\w.]+\ndata: \{.*\}\n\n`
  expect(stream.text()).toMatch(new RegExp(`^retry: 3000\n\n${block}id: 0\n\n${block}$`))
  expect(names(events)).toEqual(['job.snapshot', 'job.succeeded'])
  const final = events.at(-1)
  expect(final?.data).toMatchObject({
    specversion: '1.0',
    source: '/jobs',
    type: 'dev.buzzer.job.succeeded',
    subject: id,
    datacontenttype: 'application/json',
    sequence: String(final?.id).padStart(16, '0'),
    traceparent: trace,
    data: { id, state: 'succeeded', result: { small: true } },
  })
  expect(final?.data.time).toMatch(/^\d{4}-\d\d-\d\dT[\d:]{8}\.\d{3}Z$/)
  expect(final?.id).toBe((await getJob(server.url, id)).version)
  expect(new Set(events.map(({ data }) => data.id)).size).toBe(events.length)
})

test.each(['large', 'bytes'])('a result of %s does not stand in line', async (name) => {
  const { id } = await submit(server.url, name)
  using stream = await eventsOf(id)
  const final = (await stream.rest()).at(-1)
  expect(final?.event).toBe('job.succeeded')
  expect(final?.data.data).not.toHaveProperty('result')
})

test('readers from before, during and after see the same pieces in the same order', async () => {
  const { id } = await submit(server.url, 'gate')
  using before = await eventsOf(id)
  const arrival = await gates.next()
  expect((await before.next())?.event).toBe('job.snapshot')
  await arrival.ctx.output('a')
  await arrival.ctx.output({ b: 'é🎉\n' })
  await arrival.ctx.progress(50, 'half')
  using during = await eventsOf(id)
  expect((await during.next())?.event).toBe('job.snapshot')
  await arrival.ctx.output('c')
  arrival.finish('end')
  await ended(server.url, id)
  using after = await eventsOf(id)
  const all = await Promise.all([before.rest(), during.rest(), after.rest()])
  const expected = ['a', { b: 'é🎉\n' }, 'c'].map((piece, index) => ({ attempt: 1, index, piece }))
  for (const events of all) {
    expect(pieces(events)).toEqual(expected)
    expect(names(events).at(-1)).toBe('job.succeeded')
    const offsets = events.filter(({ event }) => event !== 'job.snapshot').map((event) => event.id)
    expect(offsets).toEqual(offsets.toSorted((a, b) => a - b))
  }
  expect(names(all[2])[0]).toBe('job.snapshot')
})

test('a cursor skips the pieces that were seen; past the end it is 204', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  for (const piece of ['a', 'b', 'c']) await arrival.ctx.output(piece)
  arrival.finish()
  await ended(server.url, id)
  using whole = await eventsOf(id, {}, '?since=0')
  const events = await whole.rest()
  const outputs = events.filter(({ event }) => event === 'job.output')
  expect(pieces(events).map(({ piece }) => piece)).toEqual(['a', 'b', 'c'])
  const final = events.at(-1)?.id ?? 0

  const second = outputs[1]?.id ?? 0
  for (const cursor of [String(second), String(second).padStart(16, '0')]) {
    for (const [headers, query] of [
      [{ 'last-event-id': cursor }, ''],
      [{}, `?since=${cursor}`],
      [{ 'last-event-id': cursor }, '?since=0'],
    ] as const) {
      using stream = await eventsOf(id, headers, query)
      const rest = await stream.rest()
      expect(pieces(rest).map(({ piece }) => piece)).toEqual(['c'])
      expect(names(rest).at(-1)).toBe('job.succeeded')
    }
  }
  for (const [cursor, status] of [
    [final - 1, 200],
    [final, 204],
    [final + 1, 204],
  ] as const) {
    using stream = await eventsOf(id, { 'last-event-id': String(cursor) })
    expect(stream.answer.statusCode).toBe(status)
    expect((await stream.rest()).length).toBe(status === 204 ? 0 : 2)
  }
})

test('a retry voids the pieces before it', async () => {
  const { id } = await submit(server.url, 'gate')
  const first = await gates.next()
  using stream = await eventsOf(id)
  await stream.next()
  await first.ctx.output('void')
  expect((await stream.next())?.event).toBe('job.output')
  first.fail(new Error('again'))
  const second = await gates.next()
  await second.ctx.output('kept')
  second.finish()
  const events = await stream.rest()
  expect(names(events)[0]).toBe('job.retrying')
  expect(pieces(events)).toEqual([{ attempt: 2, index: 0, piece: 'kept' }])
  using late = await eventsOf(id)
  expect(pieces(await late.rest())).toEqual([{ attempt: 2, index: 0, piece: 'kept' }])
})

test('the ends of a job: cancelled, failed, and a dead letter', async () => {
  const cancelled = await submit(server.url, 'gate')
  await gates.next()
  using watcher = await eventsOf(cancelled.id)
  await watcher.next()
  await call(server.url, `POST /v1/jobs/${cancelled.id}/cancel`)
  expect(names(await watcher.rest()).at(-1)).toBe('job.cancelled')

  for (const [errors, deadLetter] of [
    [[new TerminalError('no')], undefined],
    [[new Error('1'), new Error('2')], true],
  ] as const) {
    const { id } = await submit(server.url, 'gate')
    using stream = await eventsOf(id)
    for (const error of errors) (await gates.next()).fail(error)
    const final = (await stream.rest()).at(-1)
    expect(final?.event).toBe('job.failed')
    expect(final?.data.data?.deadLetter).toBe(deadLetter)
    expect(final?.data.data?.error?.code).toBe('handler-failed')
  }
})

test('what cannot be served as a stream, or from that cursor, is refused', async () => {
  const { id } = await submit(server.url, 'small')
  const path = `GET /v1/jobs/${id}/events`
  expectProblem(
    await call(server.url, path, { headers: { accept: 'application/json' } }),
    406,
    'not-acceptable',
  )
  for (const cursor of ['x', '-1', '1.5', '1e3', '99999999999999999999', ' ']) {
    const byQuery = await call(server.url, `${path}?since=${encodeURIComponent(cursor)}`)
    expectProblem(byQuery, 400, 'invalid-parameter')
    if (cursor.trim() === '') continue
    const byHeader = await call(server.url, path, { headers: { 'last-event-id': cursor } })
    expectProblem(byHeader, 400, 'invalid-header')
  }
})

test('each event says when it happened, for every reader the same of what was put out', async () => {
  await using timed = await startTestServer({
    operations: {
      pages: operation({
        async run(_, ctx) {
          for (const page of [1, 2]) {
            await ctx.output({ page })
            await new Promise((resolve) => setTimeout(resolve, 20))
          }
        },
      }),
    },
  })
  const { id } = await submit(timed.url, 'pages')
  const job = await ended(timed.url, id)
  const read = async () => {
    using stream = await openStream(timed.url, `/v1/jobs/${id}/events`)
    const events = await stream.rest()
    return events.filter(({ event }) => event !== 'job.snapshot').map(({ data }) => data.time)
  }
  const times = await read()
  expect(times).toHaveLength(3)
  expect(times).toEqual([...new Set(times)].toSorted())
  expect(times.at(-1)).toBe(job.finishedAt)
  expect(await read()).toEqual(times)
})

test('progress that came with output has an offset of its own, above what was told before', async () => {
  const { id } = await submit(server.url, 'gate')
  using stream = await eventsOf(id)
  const { ctx, finish } = await gates.next()
  for (const page of [1, 2, 3]) {
    await ctx.output(page)
    await ctx.progress(page, null)
    // Told together, and only then does the next page come.
    await expect
      .poll(async () => (await getJob(server.url, id)).progress)
      .toEqual({
        percent: page,
        message: null,
      })
  }
  finish('end')
  const events = await stream.rest()
  expect(names(events).filter((name) => name === 'job.progress').length).toBeGreaterThan(1)
  const offsets = events.slice(1).map((event) => event.id)
  expect(offsets).toEqual([...new Set(offsets)].toSorted((a, b) => a - b))
})
