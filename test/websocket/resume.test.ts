import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { channel } from '../../packages/server/src/define/channel.ts'
import { startTestServer, type TestServer } from '../http/support/server.ts'
import { openSocket, type SaidEvent, type TestSocket } from './support/socket.ts'

/** What comes within the next messages, of which the first answers the subscription. */
async function takeEvents(reader: TestSocket, messages: number): Promise<readonly SaidEvent[]> {
  const events: SaidEvent[] = []
  for (let taken = 0; taken <= messages; taken += 1) {
    const { event } = await reader.next()
    if (event !== undefined) events.push(event)
  }
  return events
}

const rounds = 12
const perRound = 25

test('a reader that is cut off again and again, and a server that restarts, lose and repeat nothing', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-resume-'))
  const settings = {
    dataFolder: folder,
    store: { kind: 'sqlite', folder } as const,
    channels: { ticks: channel({}) },
  }
  let server: TestServer = await startTestServer(settings)
  let [cursor, published] = [0, 0]
  const got: unknown[] = []
  try {
    for (let round = 0; round < rounds; round += 1) {
      using reader = await openSocket(server.url)
      using writer = await openSocket(server.url)
      reader.send({ type: 'subscribe', id: 's', channel: 'ticks', since: cursor })
      for (let count = 0; count < perRound; count += 1) {
        const event = { type: 'tick', data: published }
        published += 1
        writer.send({ type: 'publish', id: `${count}`, channel: 'ticks', event })
      }
      for (let count = 0; count < perRound; count += 1) await writer.next()
      // Somewhere in the middle, with more on its way.
      for (const event of await takeEvents(reader, (round * 7) % perRound)) {
        got.push(event.data)
        cursor = Number(event.sequence)
      }
      reader.raw.terminate()
      if (round % 5 !== 4) continue
      await server[Symbol.asyncDispose]()
      server = await startTestServer(settings)
    }
    using last = await openSocket(server.url)
    await last.ask({ type: 'subscribe', id: 's', channel: 'ticks', since: cursor })
    while (got.length < published) got.push((await last.next()).event?.data)
    expect(got).toEqual(Array.from({ length: rounds * perRound }, (_, at) => at))
  } finally {
    await server[Symbol.asyncDispose]()
    await rm(folder, { recursive: true, force: true })
  }
})
