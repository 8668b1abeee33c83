import { createClient, type BatchEvent, type BatchHandle } from '@buzzer/client'
import type { BatchDocument, BatchResultDocument } from '@buzzer/contract'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { TerminalError } from '../../packages/server/src/core/handler-error.ts'
import { raw } from '../../packages/server/src/core/raw.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { endedBatch, submitBatch } from './support/batch.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { expectProblem } from './support/problem.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { openStream, type SseEvent } from './support/sse.ts'

const gates = createGates()
let server: TestServer

const large = `"${'ü'.repeat(200_000)}"`

const operations = {
  square: operation({ run: (input) => Number(input) ** 2 }),
  text: operation({ run: () => raw(Buffer.from('über "alles"\n'), 'text/plain; charset=utf-8') }),
  bytes: operation({ run: () => raw(new Uint8Array([1, 2, 255]), 'image/png') }),
  large: operation({ run: () => JSON.parse(large) as string }),
  longText: operation({ run: () => raw(Buffer.from(JSON.parse(large) as string), 'text/plain') }),
  longBytes: operation({ run: () => raw(new Uint8Array(100_001).fill(7), 'image/png') }),
  notJson: operation({ run: () => raw(Buffer.from('{'), 'application/json') }),
  longNotJson: operation({ run: () => raw(Buffer.from(`[${large}`), 'application/json') }),
  gate: operation({ retry: { attempts: 1 }, run: gates.run }),
  wrong: operation({
    run: () => {
      throw new TerminalError('It cannot be done.')
    },
  }),
}
type Config = { operations: typeof operations }

beforeAll(async () => {
  server = await startTestServer({ operations })
})
afterAll(() => server[Symbol.asyncDispose]())

const connect = () => createClient<Config>({ url: server.url })
const eventsOf = (id: string, headers = {}) =>
  openStream(server.url, `/v1/batches/${id}/events`, headers)
const namesOf = (events: readonly SseEvent[]): readonly string[] => events.map(({ event }) => event)

const fiveSquares = Array.from({ length: 5 }, (_, at) => ({ operation: 'square', input: at }))

describe('the stream', () => {
  test('has a snapshot, the outcomes as they come, and the end', async () => {
    const batch = await submitBatch(server.url, [{ operation: 'gate' }, { operation: 'gate' }])
    using stream = await eventsOf(batch.id, { accept: 'text/event-stream' })
    expect(stream.answer.headers['content-type']).toBe('text/event-stream; charset=utf-8')
    const snapshot = await stream.next()
    expect(snapshot).toMatchObject({ id: 0, event: 'batch.snapshot' })
    expect(snapshot?.data).toMatchObject({
      specversion: '1.0',
      source: `/batches/${batch.id}`,
      type: 'dev.buzzer.batch.snapshot',
      subject: batch.id,
      sequence: '0000000000000000',
      data: { id: batch.id, jobs: batch.jobs },
    })
    const [first, second] = [await gates.next(), await gates.next()]
    first.finish(1)
    const outcome = await stream.next()
    expect(outcome).toMatchObject({ id: 1, event: 'job.succeeded' })
    expect(batch.jobs).toContain(outcome?.data.subject)
    expect(outcome?.data.data).toEqual({
      job: outcome?.data.subject,
      state: 'succeeded',
      run: 1,
      attempt: 1,
      error: null,
    })
    second.fail(new TerminalError('no'))
    const rest = await stream.rest()
    expect(namesOf(rest)).toEqual(['job.failed', 'batch.failed'])
    expect(rest[0]?.data.data).toMatchObject({ error: { code: 'handler-failed' } })
    expect(rest[1]?.data.data).toMatchObject({
      state: 'failed',
      counts: { succeeded: 1, failed: 1 },
    })
  })

  test('is resumed after any of its events, and has nothing to say after the last', async () => {
    const { id } = await submitBatch(server.url, fiveSquares)
    await endedBatch(server.url, id)
    using whole = await eventsOf(id)
    const [, ...all] = await whole.rest()
    expect(all.map((event) => event.id)).toEqual([1, 2, 3, 4, 5, 6])
    for (const at of [0, 1, 3, 5]) {
      using resumed = await eventsOf(id, { 'last-event-id': String(at) })
      const [snapshot, ...rest] = await resumed.rest()
      expect(snapshot).toMatchObject({ id: at, event: 'batch.snapshot' })
      expect(rest).toEqual(all.slice(at))
    }
    using over = await eventsOf(id, { 'last-event-id': '6' })
    expect(over.answer.statusCode).toBe(204)
    using query = await openStream(server.url, `/v1/batches/${id}/events?since=0004`)
    expect((await query.rest()).slice(1)).toEqual(all.slice(4))
    const json = { headers: { accept: 'application/json' } }
    const refused = await call(server.url, `GET /v1/batches/${id}/events`, json)
    expectProblem(refused, 406, 'not-acceptable')
    const broken = { headers: { 'last-event-id': 'x' } }
    const unread = await call(server.url, `GET /v1/batches/${id}/events`, broken)
    expectProblem(unread, 400, 'invalid-header')
  })

  test('goes on where a job of a batch that had ended runs again', async () => {
    const { id, jobs } = await submitBatch(server.url, [
      { operation: 'gate' },
      { operation: 'square', input: 1 },
    ])
    const failing = await gates.next()
    failing.fail(new TerminalError('not yet'))
    expect(await endedBatch(server.url, id)).toMatchObject({ state: 'failed' })
    await call(server.url, `POST /v1/jobs/${jobs[0]}/retry`)
    using stream = await eventsOf(id)
    const again = await gates.next()
    again.finish('now')
    // The end that the retry undid is not told to a reader who would stop there.
    const events = namesOf(await stream.rest())
    expect(events.filter((name) => name.startsWith('batch.'))).toEqual([
      'batch.snapshot',
      'batch.succeeded',
    ])
    expect(events).toHaveLength(5)
  })
})

describe('results', () => {
  const resultsOf = async (id: string) => {
    const answer = await call(server.url, `GET /v1/batches/${id}/results`)
    expect(answer.status).toBe(200)
    expect(answer.headers['content-type']).toBe('application/json; charset=utf-8')
    return answer.json<BatchResultDocument[]>()
  }

  test('are of every kind, in the order of the batch', async () => {
    const names = [
      'square',
      'text',
      'bytes',
      'large',
      'longText',
      'longBytes',
      'notJson',
      'longNotJson',
      'wrong',
    ]
    const batch = await submitBatch(server.url, [
      ...names.map((name) => ({ operation: name, input: 3 })),
      { operation: 'gate', delay: '1h' },
    ])
    await call(server.url, `POST /v1/jobs/${batch.jobs.at(-1)}/cancel`)
    await endedBatch(server.url, batch.id)
    const results = await resultsOf(batch.id)
    expect(results.map(({ job }) => job)).toEqual(batch.jobs)
    const base64 = (bytes: Uint8Array) => Buffer.from(bytes).toString('base64')
    expect(results.map(({ result }) => result)).toEqual([
      9,
      'über "alles"\n',
      { mediaType: 'image/png', base64: base64(new Uint8Array([1, 2, 255])) },
      JSON.parse(large),
      JSON.parse(large),
      { mediaType: 'image/png', base64: base64(new Uint8Array(100_001).fill(7)) },
      { mediaType: 'application/json', base64: base64(Buffer.from('{')) },
      { mediaType: 'application/json', base64: base64(Buffer.from(`[${large}`)) },
      undefined,
      undefined,
    ])
    expect(results[8]).toMatchObject({
      state: 'failed',
      error: { code: 'handler-failed', detail: 'It cannot be done.', attempts: [{ attempt: 1 }] },
    })
    expect(results[9]).toEqual({ job: batch.jobs[9], state: 'cancelled' })
  })

  test('are states only where jobs have not ended, and say what is gone', async () => {
    const batch = await submitBatch(server.url, [
      { operation: 'square', input: 2 },
      { operation: 'gate' },
      { operation: 'square', delay: '1h' },
    ])
    const arrival = await gates.next()
    while ((await resultsOf(batch.id))[0]?.state !== 'succeeded') await server.store.upkeep.ping()
    expect(await resultsOf(batch.id)).toEqual([
      { job: batch.jobs[0], state: 'succeeded', result: 4 },
      { job: batch.jobs[1], state: 'running' },
      { job: batch.jobs[2], state: 'queued' },
    ])
    await call(server.url, `DELETE /v1/jobs/${batch.jobs[0]}`)
    const erased = await resultsOf(batch.id)
    expect(erased[0]).toMatchObject({ state: 'succeeded', error: { code: 'job-expired' } })
    arrival.finish()
    await call(server.url, `POST /v1/batches/${batch.id}/cancel`)
    const counts = { succeeded: 2, cancelled: 1 }
    expect(await endedBatch(server.url, batch.id)).toMatchObject({ counts })
  })
})

describe('the client', () => {
  test('takes a thousand jobs through: handles, events and results in their order', async () => {
    const entries = Array.from({ length: 1_000 }, (_, at) => ({
      operation: 'square' as const,
      input: at,
    }))
    const batch = await connect().batch(entries)
    const seen = new Set<string>()
    const ends: BatchEvent[] = []
    for await (const event of batch) {
      if ('index' in event) {
        expect(batch.jobs[event.index]?.id).toBe(event.job)
        seen.add(event.job)
      } else ends.push(event)
    }
    expect(seen.size).toBe(1_000)
    expect(ends.map(({ type }) => type)).toEqual(['batch.snapshot', 'batch.succeeded'])
    const results = await batch.results()
    expect(results.map((each) => (each.state === 'succeeded' ? each.result : each))).toEqual(
      entries.map(({ input }) => input * input),
    )
    expect(await batch.jobs[31]?.result()).toBe(961)
    expect(batch.batch).toMatchObject({ counts: { succeeded: 1_000 } })
  })

  test('gives each place its type, and says what became of it', async () => {
    const batch = await connect().batch([
      { operation: 'square', input: 4 },
      { operation: 'wrong' },
      { operation: 'gate', delay: '1h' },
    ])
    const [square] = batch.jobs
    const output: number = await square.result()
    expect(output).toBe(16)
    await batch.jobs[2].cancel()
    const [first, second, third] = await batch.results({ timeout: '20s' })
    expect(first).toEqual({ job: batch.jobs[0].id, state: 'succeeded', result: 16 })
    expect(second).toMatchObject({ state: 'failed', error: { code: 'handler-failed' } })
    expect(third).toEqual({ job: batch.jobs[2].id, state: 'cancelled' })
  })

  test('re-attaches by id and token, refuses what the server refuses, and cancels', async () => {
    const client = connect()
    const key = { idempotencyKey: 're-attached' }
    const batch = await client.batch([{ operation: 'gate', delay: '1h' }], key)
    const again = await client.batch([{ operation: 'gate', delay: '1h' }], key)
    expect([batch.replayed, again.replayed, again.id]).toEqual([false, true, batch.id])
    const { id, token } = batch
    const elsewhere: BatchHandle<unknown[]> = client.batchById(id, { token })
    expect(elsewhere.jobs).toEqual([])
    const found: BatchDocument = await elsewhere.status()
    expect(found.counts).toMatchObject({ queued: 1 })
    expect(elsewhere.jobs.map((job) => job.id)).toEqual(batch.jobs.map((job) => job.id))
    await elsewhere.cancel()
    expect(await batch.results()).toMatchObject([{ state: 'cancelled' }])
    await expect(batch.cancel()).resolves.toMatchObject({ state: 'cancelled' })
    const wrong = client.batch([{ operation: 'square', input: 1, priority: 12 }])
    await expect(wrong).rejects.toMatchObject({
      code: 'validation-failed',
      problem: { errors: [{ pointer: '/jobs/0/priority' }] },
    })
  })
})
