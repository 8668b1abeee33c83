import { createClient, isReset, type Protocol } from '@buzzer/client'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { ways } from './support/ways.ts'

let server: TestServer

beforeAll(async () => {
  server = await startTestServer()
})
afterAll(() => server[Symbol.asyncDispose]())

const send = async (method: string, path: string, body: unknown): Promise<void> => {
  const headers = { 'content-type': 'application/json' }
  const answer = await fetch(server.url + path, { method, headers, body: JSON.stringify(body) })
  expect(answer.ok).toBe(true)
}
const declare = (name: string, shared: boolean) => send('PUT', `/v1/channels/${name}`, { shared })
const publish = async (name: string, ...values: readonly number[]): Promise<void> => {
  for (const value of values) await send('POST', `/v1/channels/${name}/events?type=count`, value)
}

describe('a channel that becomes one of all tenants, and one of each again', () => {
  test.each(Object.entries(ways))('by %s goes on above every cursor', async (name, way) => {
    const channel = `anew-${name.replaceAll(/\W+/g, '-')}`
    const read = (since: number, count: number) => way({ url: server.url, channel, since, count })
    await declare(channel, false)
    await publish(channel, 1, 2)
    await declare(channel, true)
    await publish(channel, 3, 4, 5)
    expect((await read(2, 3)).map(({ data }) => data)).toEqual([3, 4, 5])
    await declare(channel, false)
    await publish(channel, 6, 7)
    expect((await read(5, 2)).map(({ data }) => data)).toEqual([6, 7])
  })

  test.each<Protocol>(['ws', 'sse', 'poll'])(
    'is followed over %s by the client, which misses nothing',
    async (way) => {
      const channel = `followed-${way}`
      await declare(channel, false)
      await publish(channel, 1, 2)
      const stream = createClient({ url: server.url, random: () => 0 })
        .channel(channel)
        .subscribe({ since: 0, protocols: [way] })
      const seen: unknown[] = []
      for await (const item of stream) {
        seen.push(isReset(item) ? 'reset' : item.data)
        const shared = seen.length === 2
        if (seen.length === 2 || seen.length === 5) {
          await declare(channel, shared)
          await publish(channel, ...(shared ? [3, 4, 5] : [6]))
        }
        if (seen.length === 6) break
      }
      expect(seen).toEqual([1, 2, 3, 4, 5, 6])
    },
  )
})
