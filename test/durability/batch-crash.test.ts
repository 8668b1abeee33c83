import { createClient, ConnectionError } from '@buzzer/client'
import { setTimeout as sleep } from 'node:timers/promises'
import { expect, test } from 'vitest'
import { temporaryFolder } from '../support/folder.ts'
import type { Server } from '../support/server.ts'
import { start } from './start.ts'

const kills = 5
const writers = 4
const size = 40

/** What was sent under a key, and the batch where the server answered with one. */
interface Sent {
  readonly key: string
  readonly batch: string | null
}

const entriesOf = (key: string) =>
  Array.from({ length: size }, (_, at) => ({ operation: 'echo', input: `${key} ${at}` }))

/** One that answers once only: what was not answered stays in doubt. */
const connect = (url: string) => createClient({ url, retry: { attempts: 1 } })

/** Sends one batch after the other until the server is gone. */
async function write(url: string, name: string): Promise<readonly Sent[]> {
  const sent: Sent[] = []
  for (let number = 0; ; number += 1) {
    const key = `${name} ${number}`
    try {
      const { id } = await connect(url).batch(entriesOf(key), { idempotencyKey: key })
      sent.push({ key, batch: id })
    } catch (error) {
      if (!(error instanceof ConnectionError)) throw error
      sent.push({ key, batch: null })
      return sent
    }
  }
}

async function writeUntilKilled(server: Server, round: number): Promise<readonly Sent[]> {
  const names = Array.from({ length: writers }, (_, writer) => `round ${round} writer ${writer}`)
  const writing = Promise.all(names.map((name) => write(server.url, name)))
  await sleep(100 + Math.random() * 300)
  await server.stop('SIGKILL')
  return (await writing).flat()
}

test('a server that is killed among batches keeps each that it acknowledged, whole', async () => {
  await using folder = await temporaryFolder('batch-crash')
  const data = `${folder.path}/data`
  const sent: Sent[] = []
  for (let round = 0; round < kills; round += 1) {
    sent.push(...(await writeUntilKilled(await start(data), round)))
  }
  const acknowledged = sent.filter(({ batch }) => batch !== null)
  expect(acknowledged.length).toBeGreaterThan(kills)
  expect(sent.length - acknowledged.length).toBe(kills * writers)

  await using server = await start(data)
  const client = createClient({ url: server.url })
  const jobs = new Set<string>()
  for (const { key, batch } of sent) {
    const again = await client.batch(entriesOf(key), { idempotencyKey: key })
    if (batch !== null) expect([again.id, again.replayed]).toEqual([batch, true])
    const results = await again.results({ timeout: '30s' })
    const outputs = results.map((each) => (each.state === 'succeeded' ? each.result : each))
    expect(outputs).toEqual(entriesOf(key).map(({ input }) => input))
    for (const { id } of again.jobs) jobs.add(id)
  }
  // Of those in doubt none was kept in part, and none twice: there are no other jobs.
  expect(jobs.size).toBe(sent.length * size)
  let stored = 0
  for await (const job of client.jobs.all({ operation: 'echo', limit: 1_000 })) {
    stored += 1
    expect(jobs.has(job.id)).toBe(true)
  }
  expect(stored).toBe(jobs.size)
})
