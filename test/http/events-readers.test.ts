import { EventSource } from 'eventsource'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from './support/call.ts'
import { createGates } from './support/gates.ts'
import { ended, submit } from './support/job.ts'
import { requestText } from './support/raw.ts'
import { startTestServer, type TestServer } from './support/server.ts'
import { openStream } from './support/sse.ts'

setFlagsFromString('--expose-gc')
const collectGarbage = runInNewContext('gc') as () => void

/** What is really held, less the garbage. */
function heldBytes(): number {
  collectGarbage()
  const { heapUsed, external } = process.memoryUsage()
  return heapUsed + external
}

const gates = createGates()
let server: TestServer

beforeAll(async () => {
  server = await startTestServer({ operations: { gate: operation({ run: gates.run }) } })
})
afterAll(() => server[Symbol.asyncDispose]())

test('an EventSource of others follows a job to its end and is not called back', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const requests: (string | null)[] = []
  const source = new EventSource(`${server.url}/v1/jobs/${id}/events`, {
    fetch(input, init) {
      requests.push(new Headers(init.headers).get('last-event-id'))
      return fetch(input, init)
    },
  })
  const seen: string[] = []
  const ids: string[] = []
  const opened = Promise.withResolvers<void>()
  for (const name of ['snapshot', 'output', 'succeeded']) {
    source.addEventListener(`job.${name}`, (event) => {
      seen.push(name)
      ids.push(event.lastEventId)
      opened.resolve()
    })
  }
  await opened.promise
  await arrival.ctx.output('a')
  await arrival.ctx.output('b')
  arrival.finish('end')
  const job = await ended(server.url, id)
  // It comes back after the end, as browsers do, and 204 tells it to stay away.
  await new Promise((resolve) => {
    source.addEventListener('error', () => source.readyState === source.CLOSED && resolve(null))
  })
  expect(seen).toEqual(['snapshot', 'output', 'output', 'succeeded'])
  expect(ids.at(-1)).toBe(String(job.version))
  expect(requests).toEqual([null, String(job.version)])
})

/** The snapshot and the cursor behind it; the pieces may come in the same chunk. */
const snapshot = /event: job\.snapshot[^]*?\n\nid: \d+\n\n/

/** What the first connection gives ends behind the snapshot, as where a line is cut. */
function cutBehindSnapshot(response: Response): Response {
  const text = response.body?.pipeThrough(new TextDecoderStream())
  if (text === undefined) throw new Error('There is no stream.')
  const cut = new TransformStream<string, string>({
    transform(chunk, controller) {
      const found = snapshot.exec(chunk)
      if (found === null) return controller.enqueue(chunk)
      controller.enqueue(chunk.slice(0, found.index + found[0].length))
      controller.terminate()
    },
  })
  const body = text.pipeThrough(cut).pipeThrough(new TextEncoderStream())
  return new Response(body, { headers: response.headers })
}

test('an EventSource that is cut off behind the snapshot gets what was put out before it', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  await arrival.ctx.output('a')
  await arrival.ctx.output('b')
  const requests: (string | null)[] = []
  const source = new EventSource(`${server.url}/v1/jobs/${id}/events`, {
    async fetch(input, init) {
      const cursor = new Headers(init.headers).get('last-event-id')
      const response = await fetch(input, init)
      return requests.push(cursor) === 1 ? cutBehindSnapshot(response) : response
    },
  })
  const pieces: unknown[] = []
  source.addEventListener('job.output', ({ data }) => {
    pieces.push((JSON.parse(String(data)) as { data: { piece: unknown } }).data.piece)
  })
  await expect.poll(() => pieces).toEqual(['a', 'b'])
  expect(requests).toEqual([null, '0'])
  source.close()
  arrival.finish('end')
  await ended(server.url, id)
})

test('a quiet stream says every 15 s that it is still there', async () => {
  vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] })
  try {
    const { id } = await submit(server.url, 'gate', undefined, { 'buzzer-delay': '1h' })
    using stream = await openStream(server.url, `/v1/jobs/${id}/events`)
    expect((await stream.next())?.event).toBe('job.snapshot')
    const rest = stream.rest()
    const comments = (): number => stream.text().match(/^:.*$/gm)?.length ?? 0
    vi.advanceTimersByTime(14_999)
    await call(server.url, 'GET /healthz')
    expect(comments()).toBe(0)
    for (const [ms, count] of [
      [1, 1],
      [15_000, 2],
    ] as const) {
      vi.advanceTimersByTime(ms)
      while (comments() < count) await call(server.url, 'GET /healthz')
      expect(comments()).toBe(count)
    }
    await call(server.url, `POST /v1/jobs/${id}/cancel`)
    expect((await rest).map(({ event }) => event)).toEqual(['job.cancelled'])
  } finally {
    vi.useRealTimers()
  }
})

test('two hundred readers of one job all get all of it', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const readers = await Promise.all(
    Array.from({ length: 200 }, () => openStream(server.url, `/v1/jobs/${id}/events`)),
  )
  await Promise.all(readers.map((reader) => reader.next()))
  for (let at = 0; at < 10; at += 1) await arrival.ctx.output(at)
  arrival.finish()
  for (const reader of readers) {
    const events = await reader.rest()
    const output = events.filter(({ event }) => event === 'job.output')
    expect(output.map(({ data }) => (data.data as unknown as { piece: number }).piece)).toEqual([
      0, 1, 2, 3, 4, 5, 6, 7, 8, 9,
    ])
    expect(events.at(-1)?.event).toBe('job.succeeded')
    reader[Symbol.dispose]()
  }
})

test('readers that take nothing cost no memory for what they do not take', async () => {
  const { id } = await submit(server.url, 'gate')
  const arrival = await gates.next()
  const before = heldBytes()
  const sockets = Array.from({ length: 20 }, () => {
    const socket = connect({ host: '127.0.0.1', port: server.port })
    socket.pause()
    socket.write(requestText(server.port, `GET /v1/jobs/${id}/events`))
    return socket
  })
  await Promise.all(sockets.map((socket) => once(socket, 'connect')))
  const piece = 'x'.repeat(50_000)
  const pieces = 200
  for (let at = 0; at < pieces; at += 1) await arrival.ctx.output(piece)
  arrival.finish()
  await ended(server.url, id)
  const grown = heldBytes() - before
  for (const socket of sockets) socket.destroy()
  // All of it for all of them would be 200 MB.
  expect(grown).toBeLessThan(40_000_000)
  using late = await openStream(server.url, `/v1/jobs/${id}/events`)
  const events = await late.rest()
  expect(events.filter(({ event }) => event === 'job.output')).toHaveLength(pieces)
})
