import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { call } from '../support/call.ts'
import { temporaryFolder } from '../support/folder.ts'
import { seededRandom } from '../support/random.ts'
import { startServer, type Server } from '../support/server.ts'

const config = new URL('channels.config.ts', import.meta.url)
const rounds = 8
const publishers = 6

interface Stored {
  readonly id: string
  readonly sequence: string
}

/** Publishes until the server is gone; one that was not answered is published again afterwards. */
async function publish(
  { url }: Server,
  nextId: () => string,
  pending: Set<string>,
  acknowledged: Map<string, string>,
): Promise<void> {
  for (;;) {
    const [again = nextId()] = pending
    pending.delete(again)
    const body = { specversion: '1.0', id: again, source: '/test', type: 'order', data: again }
    const headers = { 'content-type': 'application/cloudevents+json' }
    const answer = await call(url, '/v1/channels/orders/events', { body, headers }).catch(
      () => null,
    )
    if (answer?.status !== 202) {
      pending.add(again)
      return
    }
    const [event] = answer.json<{ events: readonly Stored[] }>().events
    if (event !== undefined) acknowledged.set(again, event.sequence)
  }
}

/** Everything on the channel, page by page. */
async function readAll({ url }: Server): Promise<readonly Stored[]> {
  const all: Stored[] = []
  for (let since = '0'; ;) {
    const path = `/v1/channels/orders/events?since=${since}&limit=1000`
    const answer = await call(url, path, { headers: { accept: 'application/json' } })
    const { events, next } = answer.json<{ events: readonly Stored[]; next: string }>()
    if (events.length === 0) return all
    all.push(...events)
    since = next
  }
}

test('events that were acknowledged are there once and in order, however often the server is killed', async () => {
  await using folder = await temporaryFolder('crash-channels')
  const seed = Math.floor(Math.random() * 1_000_000)
  const random = seededRandom(seed)
  const acknowledged = new Map<string, string>()
  const pending = new Set<string>()
  let made = 0
  const nextId = (): string => `o-${(made += 1)}`
  for (let round = 0; round < rounds; round += 1) {
    const server = await startServer({ config, data: folder.path })
    const publishing = Array.from({ length: publishers }, () =>
      publish(server, nextId, pending, acknowledged),
    )
    await sleep(random.between(50, 500))
    server.kill('SIGKILL')
    await Promise.all([...publishing, server.exited])
  }
  await using server = await startServer({ config, data: folder.path })
  const events = await readAll(server)
  expect(acknowledged.size, `seed ${seed}`).toBeGreaterThan(rounds)
  expect(events.map(({ sequence }) => Number(sequence))).toEqual(
    events.map((_, index) => index + 1),
  )
  const found = new Map(events.map(({ id, sequence }) => [id, sequence]))
  expect(found.size, 'each id once').toBe(events.length)
  for (const [id, sequence] of acknowledged) expect([id, found.get(id)]).toEqual([id, sequence])
  console.log(`${rounds} deaths, ${acknowledged.size} acknowledged, ${events.length} stored`)
})
