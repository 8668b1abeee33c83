import type { BatchDocument } from '@buzzer/contract'
import { describe, expect, it } from 'vitest'
import { createClient } from './client.ts'
import { BuzzerError } from './error.ts'
import { createSkippingClock } from './testing/skipping-clock.ts'

const jobs = ['job_1', 'job_2']

const batch = (state: BatchDocument['state'], counts: object = {}): BatchDocument => ({
  id: 'bat_1',
  state,
  counts: {
    queued: 0,
    running: 0,
    input_required: 0,
    succeeded: 0,
    failed: 0,
    cancelled: 0,
    ...counts,
  },
  jobs,
  createdAt: '2026-11-20T10:00:00.000Z',
  links: { self: '', events: '', results: '', cancel: '' },
})

const event = (sequence: number, type: string, data: unknown): string => {
  const cloud = { id: `evt_${sequence}`, time: '2026-11-20T10:00:00.000Z', sequence, data }
  return `id: ${sequence}\nevent: ${type}\ndata: ${JSON.stringify(cloud)}\n\n`
}
const snapshot = (since: number) => event(since, 'batch.snapshot', batch('running'))
const outcome = (sequence: number, job: string, state = 'succeeded') =>
  event(sequence, `job.${state}`, { job, state, run: 1, attempt: 1, error: null })
const end = (sequence: number) => event(sequence, 'batch.succeeded', batch('succeeded'))

const stream = (...parts: string[]) =>
  new Response(parts.join(''), { headers: { 'content-type': 'text/event-stream' } })
const problem = (status: number, code: string) =>
  Response.json(
    { type: 'about:blank', title: '', status, detail: code, code },
    { status, headers: { 'content-type': 'application/problem+json' } },
  )
const accepted = () =>
  Response.json({ ...batch('queued', { queued: 2 }), token: 'bzj_1' }, { status: 202 })

type Step = Response | Error

/** A client whose requests are answered by these steps, one after the other. */
function setUp(...steps: Step[]) {
  const sent: { url: string; init: RequestInit; headers: Headers }[] = []
  const client = createClient({
    url: 'http://buzzer.test',
    clock: createSkippingClock(),
    random: () => 0.5,
    fetch: async (url, init = {}) => {
      sent.push({ url: url as string, init, headers: new Headers(init.headers) })
      const step = steps.shift() ?? new Error('nothing left')
      if (step instanceof Error) throw step
      return step
    },
  })
  return { client, sent }
}

const down = new TypeError('fetch failed')

describe('batch', () => {
  it('sends what the entries say, again with the same key where an answer is lost', async () => {
    const { client, sent } = setUp(down, problem(503, 'overloaded'), accepted())
    const handle = await client.batch([
      { operation: 'a', input: { x: 1 }, delay: 90_000, tags: ['t'], idempotencyKey: 'k' },
      { operation: 'b', runAt: new Date(0), deadline: '5m', priority: 0, key: 'lane' },
    ])
    expect(sent).toHaveLength(3)
    expect(new Set(sent.map(({ headers }) => headers.get('idempotency-key'))).size).toBe(1)
    expect(new Set(sent.map(({ init }) => init.body))).toEqual(
      new Set([
        JSON.stringify({
          jobs: [
            {
              operation: 'a',
              input: { x: 1 },
              delay: '90000ms',
              tags: ['t'],
              idempotencyKey: 'k',
            },
            {
              operation: 'b',
              priority: 0,
              runAt: '1970-01-01T00:00:00.000Z',
              deadline: '5m',
              key: 'lane',
            },
          ],
        }),
      ]),
    )
    expect(handle).toMatchObject({ id: 'bat_1', token: 'bzj_1', replayed: false })
    expect(handle.jobs.map((job) => [job.id, job.token])).toEqual([
      ['job_1', 'bzj_1'],
      ['job_2', 'bzj_1'],
    ])
  })

  it('rejects with what the server finds wrong, and sends it once only', async () => {
    const { client, sent } = setUp(problem(422, 'validation-failed'))
    await expect(client.batch([{ operation: 'a' }])).rejects.toBeInstanceOf(BuzzerError)
    expect(sent).toHaveLength(1)
  })
})

describe('events', () => {
  it('goes on after the last offset where a stream is cut, and tells nothing twice', async () => {
    const { client, sent } = setUp(
      stream(snapshot(0), outcome(1, 'job_2')),
      down,
      // A server that gives one too many.
      stream(snapshot(1), outcome(1, 'job_2'), outcome(2, 'job_1', 'failed')),
      stream(snapshot(2), end(3)),
    )
    const seen: unknown[] = []
    for await (const each of client.batchById('bat_1')) {
      seen.push('index' in each ? [each.type, each.index, each.sequence] : each.type)
    }
    expect(seen).toEqual([
      'batch.snapshot',
      ['job.succeeded', 1, 1],
      ['job.failed', 0, 2],
      'batch.succeeded',
    ])
    expect(sent.map(({ headers }) => headers.get('last-event-id'))).toEqual(['0', '1', '1', '2'])
  })

  it('polls where there is no stream to be had', async () => {
    const tagged = (document: BatchDocument, etag: string) =>
      Response.json(document, { headers: { etag } })
    const { client, sent } = setUp(
      problem(406, 'not-acceptable'),
      tagged(batch('running', { running: 2 }), 'W/"1"'),
      new Response(null, { status: 304, headers: { etag: 'W/"1"' } }),
      down,
      tagged(batch('failed', { failed: 2 }), 'W/"2"'),
    )
    const types: string[] = []
    for await (const { type } of client.batchById('bat_1')) types.push(type)
    expect(types).toEqual(['batch.snapshot', 'batch.failed'])
    // The first look is not held: it would tell nothing until the batch ends.
    const asked = sent.slice(1).map(({ headers }) => headers)
    const [tags, waits] = ['if-none-match', 'prefer'].map((name) =>
      asked.map((headers) => headers.get(name)),
    )
    expect(tags).toEqual([null, 'W/"1"', 'W/"1"', 'W/"1"'])
    expect(waits).toEqual([null, 'wait=25', 'wait=25', 'wait=25'])
  })

  it('ends with the problem where there is no such batch', async () => {
    const { client } = setUp(problem(404, 'batch-not-found'))
    const reading = client.batchById('bat_1').events().next()
    await expect(reading).rejects.toMatchObject({ code: 'batch-not-found' })
  })
})

describe('results', () => {
  it('waits for the end and tells each by its state', async () => {
    const error = { type: '', title: '', status: 500, detail: 'no', code: 'handler-failed' }
    const entries = [
      { job: 'job_1', state: 'succeeded', result: 7 },
      { job: 'job_2', state: 'failed', error },
      { job: 'job_3', state: 'cancelled' },
      { job: 'job_4', state: 'succeeded', error },
    ]
    const { client } = setUp(
      accepted(),
      stream(snapshot(0), end(1)),
      Response.json(batch('succeeded')),
      Response.json(entries),
    )
    const handle = await client.batch([{ operation: 'a' }])
    expect(await handle.results()).toEqual([
      ...entries.slice(0, 3),
      { job: 'job_4', state: 'gone', error },
    ])
    expect(handle.batch).toMatchObject({ state: 'succeeded' })
  })

  it('waits again for a batch that failed and that a retry has opened again', async () => {
    const entry = { job: 'job_1', state: 'succeeded', result: 7 }
    const { client } = setUp(
      accepted(),
      Response.json(batch('failed')),
      Response.json(batch('running')),
      stream(snapshot(0), outcome(1, 'job_1', 'failed'), outcome(3, 'job_1'), end(4)),
      Response.json(batch('succeeded')),
      Response.json([entry]),
    )
    const handle = await client.batch([{ operation: 'a' }])
    await handle.status()
    expect(await handle.results()).toEqual([entry])
  })
})
