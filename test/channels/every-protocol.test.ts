import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { seededRandom } from '../support/random.ts'
import { ways, type Read, type Way } from './support/ways.ts'

const count = 1_000
/** Longest part that is read before a cut. */
const part = 120

let server: TestServer

beforeAll(async () => {
  server = await startTestServer({
    channels: { 'counts.{run}': channel({ history: { count: 10_000 } }) },
  })
})
afterAll(() => server[Symbol.asyncDispose]())

/** In batches of any size, so that readers meet history, its end, and what comes live. */
async function publishAll(name: string, between: (least: number, most: number) => number) {
  for (let made = 0; made < count;) {
    const size = Math.min(between(1, 30), count - made)
    const events = Array.from({ length: size }, (_, index) => ({
      specversion: '1.0',
      id: `${made + index + 1}`,
      source: '/test',
      type: 'count',
      data: made + index + 1,
    }))
    made += size
    const answer = await fetch(`${server.url}/v1/channels/${name}/events`, {
      method: 'POST',
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: JSON.stringify(events),
    })
    expect(answer.status).toBe(202)
    await sleep(between(0, 60))
  }
}

/** Goes on with the cursor of what it read last, by whichever way comes next. */
async function readAll(name: string, next: () => Way, between: (a: number, b: number) => number) {
  const all: Read[] = []
  while (all.length < count) {
    const since = Number(all.at(-1)?.sequence ?? 0)
    const most = Math.min(between(1, part), count - since)
    const read = await next()({ url: server.url, channel: name, since, count: most })
    all.push(...read.map(({ sequence, data }) => ({ sequence: Number(sequence), data })))
  }
  return all
}

test('by every protocol, cut off and switched at any moment, each event is read once and in order', async () => {
  const seed = Math.floor(Math.random() * 1_000_000)
  const random = seededRandom(seed)
  const name = 'counts.all'
  const all = Object.values(ways)
  const faithful = all.map((way) => readAll(name, () => way, random.between))
  const fickle = Array.from({ length: 4 }, () =>
    readAll(name, () => random.pick(all), random.between),
  )
  const [, ...read] = await Promise.all([publishAll(name, random.between), ...faithful, ...fickle])
  const expected = Array.from({ length: count }, (_, index) => ({
    sequence: index + 1,
    data: index + 1,
  }))
  expect(read).toHaveLength(all.length + 4)
  for (const [index, events] of read.entries()) {
    expect(events, `${Object.keys(ways)[index] ?? 'switching'}, seed ${seed}`).toEqual(expected)
  }
})
