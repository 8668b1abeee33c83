import { createClient, isReset, type JobEvent, type Protocol } from '@buzzer/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { layCable, type Cable } from '../../examples/cable.ts'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { call } from '../http/support/call.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'

let server: TestServer
let cable: Cable

beforeAll(async () => {
  cable = await layCable()
  server = await startTestServer({
    // Without authentication it answers to its own names only.
    publicUrl: cable.url,
    channels: {
      'cut.{way}': channel({ history: { count: 100_000 } }),
      'short': channel({ history: { count: 3 } }),
      'room': channel({ presence: true }),
    },
    operations: {
      draw: operation({
        async run(_, ctx) {
          await ctx.output('a')
          await ctx.output('b')
          return 'ab'
        },
      }),
    },
  })
  cable.leadTo(server.url)
})
afterAll(async () => {
  await cable[Symbol.asyncDispose]()
  await server[Symbol.asyncDispose]()
})

/** Without jitter, so that a broken connection is tried again at once. */
const connect = () =>
  createClient({ url: cable.url, random: () => 0, retry: { reconnects: 1_000, attempts: 50 } })

const ways: readonly Protocol[] = ['ws', 'sse', 'poll']

test.each(ways)('over %s each event comes in order, however often the line is cut', async (way) => {
  const count = 150
  const stream = connect()
    .channel(`cut.${way}`)
    .subscribe({ since: 0, protocols: [way] })
  const publisher = connect().channel(`cut.${way}`)
  const publishing = (async () => {
    for (let at = 1; at <= count; at += 1) {
      // Every other one is lost on its way back, and published again by the client.
      if (at % 14 === 0) cable.cutNextAnswer()
      if (at % 14 === 7) cable.cut()
      await publisher.publish({ type: 'count', data: at })
    }
  })()
  const seen: unknown[] = []
  for await (const item of stream) {
    seen.push(isReset(item) ? 'reset' : [item.sequence, item.data])
    if (seen.length === count) break
  }
  await publishing
  expect(seen).toEqual(Array.from({ length: count }, (_, at) => [at + 1, at + 1]))
})

test.each(ways)('over %s a gap is told', async (way) => {
  const client = connect()
  for (let at = 0; at < 3; at += 1) {
    await client.channel('short').publish([{ type: 'a' }, { type: 'b' }, { type: 'c' }])
  }
  const stream = client.channel('short').subscribe({ since: 1, protocols: [way] })
  const { value: gap } = await stream.next()
  const { value: first } = await stream.next()
  await stream.return()
  if (gap === undefined || first === undefined || !isReset(gap) || isReset(first)) {
    throw new Error(`No gap and an event: ${JSON.stringify([gap, first])}`)
  }
  expect(gap.oldest).toBeGreaterThan(2)
  expect(first.sequence).toBe(gap.oldest)
})

test('a job goes on over another protocol with its cursor', async () => {
  const job = await connect().submit('draw')
  const pieces: unknown[] = []
  let cursor = 0
  const note = (event: JobEvent) => {
    if (event.type === 'job.output') pieces.push(event.piece)
  }
  for (const way of ways) {
    const stream = job.events({ since: cursor, protocols: [way] })
    for await (const event of stream) {
      note(event)
      if (way === 'sse' && pieces.length === 1) break
    }
    cursor = stream.cursor ?? 0
  }
  await expect(job.result()).resolves.toBe('ab')
  expect(pieces[0]).toBe('a')
  expect(new Set(pieces).size).toBe(pieces.length)
})

test.each(ways)('over %s numbers are read as the client was told', async (way) => {
  const parse = (text: string): unknown => JSON.parse(text, readBigInt)
  const orders = createClient({ url: cable.url, parse }).channel(`cut.big-${way}`)
  const body = '{"id":9007199254740993,"n":1}'
  await call(cable.url, `POST /v1/channels/cut.big-${way}/events?type=order`, { body })
  for await (const item of orders.subscribe({ since: 0, protocols: [way] })) {
    expect(item).toMatchObject({ sequence: 1, data: { id: 9_007_199_254_740_993n, n: 1 } })
    break
  }
})

/** As ECMAScript's source text access has it, for which TypeScript has no types yet. */
const readBigInt = (_: string, value: unknown, context?: { readonly source?: string }): unknown =>
  typeof value === 'number' && !Number.isSafeInteger(value) ? BigInt(context?.source ?? 0) : value

/** Polls are no streams, which is what presence goes by. */
const streams = ways.filter((way) => way !== 'poll')

test.each(streams)('over %s a reader that gives its name is present', async (way) => {
  const room = connect().channel('room')
  const stream = room.subscribe({ as: `ann-${way}`, protocols: [way] })
  const next = stream.next()
  let names: readonly string[] = []
  while (!names.includes(`ann-${way}`)) {
    names = (await room.presence()).members.map(({ name }) => name)
  }
  await room.publish({ type: 'hello' })
  await expect(next).resolves.toMatchObject({ value: { type: 'hello' } })
  await stream.return()
})
