import { readFile } from 'node:fs/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { call } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { startServer, type Server } from '../support/server.ts'
import { openReader, type Protocol, type Reader } from './reader.ts'

const config = new URL('crowd.config.ts', import.meta.url)
const ofEach = 300
const perSecond = 100
const seconds = 20
/** A tenth of them. */
const isStalled = (index: number): boolean => index % 10 === 0
const filler = 'x'.repeat(400)

/** As the kernel counts it. */
async function residentMb({ pid }: Server): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024
}

async function countDropped({ url }: Server): Promise<number> {
  const { text } = await call(url, '/metrics')
  return Number(/^buzzer_slow_readers_dropped_total (\d+)$/m.exec(text)?.[1] ?? 0)
}

const gather = (url: string, protocol: Protocol): Promise<readonly Reader[]> =>
  Promise.all(Array.from({ length: ofEach }, () => openReader(url, protocol, 0)))

/** @returns how many events it were */
async function publishSteadily({ url }: Server): Promise<number> {
  const began = performance.now()
  const total = perSecond * seconds
  for (let sent = 0; sent < total;) {
    const due = Math.min(total, Math.floor(((performance.now() - began) / 1_000) * perSecond))
    const events = Array.from({ length: due - sent }, (_, index) => ({
      specversion: '1.0',
      id: `${sent + index}`,
      source: '/test',
      type: 'tick',
      data: { at: Date.now(), filler },
    }))
    sent = due
    if (events.length > 0) {
      const headers = { 'content-type': 'application/cloudevents-batch+json' }
      const answer = await call(url, '/v1/channels/ticks/events', { body: events, headers })
      expect(answer.status, answer.text).toBe(202)
    }
    await sleep(5)
  }
  return total
}

/** @returns how many events it were */
async function publishLarge({ url }: Server): Promise<number> {
  const data = { at: Date.now(), filler: 'x'.repeat(200_000) }
  for (let count = 0; count < 40; count += 1) {
    const answer = await call(url, '/v1/channels/ticks/events', { body: data })
    expect(answer.status, answer.text).toBe(202)
  }
  return 40
}

const p99 = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length * 0.99)] ?? Number.NaN

const atTheEnd = (readers: readonly Reader[], total: number): number =>
  readers.filter(({ last }) => last === total).length

test('some readers that take nothing cost little, hold up nobody, and go on where they were', async () => {
  await using folder = await temporaryFolder('crowd')
  await using server = await startServer({ config, data: folder.path })
  const readers = [...(await gather(server.url, 'sse')), ...(await gather(server.url, 'websocket'))]
  const stalled = readers.filter((_, index) => isStalled(index))
  const healthy = readers.filter((_, index) => !isStalled(index))
  const beforeMb = await residentMb(server)
  const publishing = publishSteadily(server)
  await sleep(2_000)
  for (const reader of stalled) reader.stall()
  const cursors = stalled.map(({ last }) => last)
  const total = await publishing
  await expect.poll(() => atTheEnd(healthy, total)).toBe(healthy.length)
  const late = p99(healthy.flatMap((reader) => reader.takeLatencies()))
  const grownMb = (await residentMb(server)) - beforeMb
  console.log(`p99 ${late} ms, grown by ${Math.round(grownMb)} MB`)
  expect(late).toBeLessThan(2_000)
  expect(grownMb).toBeLessThan(200)
  for (const reader of healthy) reader.close()
  // The kernel takes megabytes for them; when that is full they are not held for ever.
  const last = total + (await publishLarge(server))
  await expect.poll(() => countDropped(server)).toBe(stalled.length)
  for (const reader of stalled) reader.close()
  // And back again, where they were.
  for (const [index, since] of cursors.entries()) {
    if (index % 6 !== 0) continue
    const protocol = index < stalled.length / 2 ? 'sse' : 'websocket'
    const again = await openReader(server.url, protocol, since)
    await expect.poll(() => again.last).toBe(last)
    again.close()
  }
})
