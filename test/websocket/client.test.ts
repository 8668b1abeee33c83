import { createClient, isReset } from '@buzzer/client'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { operation } from '../../packages/server/src/define/operation.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    operations: {
      count: operation({
        async run(_input, ctx) {
          for (let piece = 0; piece < 5; piece += 1) await ctx.output(piece)
          return 'done'
        },
      }),
    },
    channels: { 'news.{desk}': channel({ history: { count: 10_000 } }) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

const connect = () => createClient({ url: server.url, protocols: ['ws'] })

test('a channel is read by our own client over the socket, from its beginning, by credit', async () => {
  const news = connect().channel('news.sport')
  const count = 2_500
  for (let first = 0; first < count; first += 500) {
    const events = Array.from({ length: 500 }, (_, index) => ({ type: 'n', data: first + index }))
    await news.publish(events)
  }
  const got: unknown[] = []
  for await (const item of news.subscribe({ since: 0 })) {
    if (isReset(item)) throw new Error('It was reset.')
    got.push(item.data)
    if (got.length === count) break
  }
  expect(got).toEqual(Array.from({ length: count }, (_, index) => index))
})

test('a job is followed to its end by our own client over the socket', async () => {
  const job = await connect().submit('count', {})
  const types: string[] = []
  for await (const { type } of job.events()) types.push(type)
  expect(types.filter((type) => type === 'job.output')).toHaveLength(5)
  expect(types.at(-1)).toBe('job.succeeded')
})
