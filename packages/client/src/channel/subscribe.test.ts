import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { createClient } from '../client.ts'
import { StreamUnavailableError } from '../error.ts'
import type { Protocol } from '../protocols.ts'
import { answerMs } from '../socket-feed.ts'
import { createFakeChannels, type FakeChannels } from '../testing/fake-channels.ts'
import { createSkippingClock } from '../testing/skipping-clock.ts'
import { isReset, type ChannelItem } from './channel-event.ts'

const protocol = fc.constantFrom<Protocol>('ws', 'sse', 'poll')
/** What happens around a reader; each of them at any moment. */
const step = fc.oneof(
  { weight: 4, arbitrary: fc.record({ publish: fc.integer({ min: 1, max: 400 }) }) },
  { weight: 3, arbitrary: fc.constant({ cut: true as const }) },
  { weight: 2, arbitrary: fc.record({ block: protocol }) },
  { weight: 2, arbitrary: fc.record({ unblock: protocol }) },
  { weight: 1, arbitrary: fc.record({ trim: fc.integer({ min: 1, max: 600 }) }) },
  { weight: 1, arbitrary: fc.record({ down: fc.boolean() }) },
  { weight: 1, arbitrary: fc.constant({ rest: true as const }) },
)
const moment = fc.record({ step, turns: fc.nat({ max: 12 }) })

interface Given {
  readonly moments: readonly {
    readonly step: typeof step extends fc.Arbitrary<infer T> ? T : never
    readonly turns: number
  }[]
  readonly protocols: readonly Protocol[]
  readonly switchAfter: number
  readonly isSlow: boolean
}

const given: fc.Arbitrary<Given> = fc.record({
  moments: fc.array(moment, { minLength: 1, maxLength: 25 }),
  protocols: fc.shuffledSubarray<Protocol>(['ws', 'sse', 'poll'], { minLength: 1 }),
  switchAfter: fc.nat({ max: 200 }),
  isSlow: fc.boolean(),
})

const turn = () => new Promise((resolve) => setImmediate(resolve))
const turns = async (count: number) => {
  for (let at = 0; at < count; at += 1) await turn()
}

async function happen(server: FakeChannels, now: Given['moments'][number]['step']) {
  const channel = server.channel('news')
  if ('publish' in now) for (let at = 0; at < now.publish; at += 1) channel.publish({})
  if ('cut' in now) server.cut()
  if ('block' in now) server.ways[now.block] = 'refused'
  if ('unblock' in now) server.ways[now.unblock] = 'open'
  if ('trim' in now) channel.trim(channel.oldest + now.trim)
  if ('down' in now) {
    server.isDown = now.down
    server.cut()
  }
  if ('rest' in now) await turns(50)
}

it('gives each event in order, none twice and none left out without a word', async () => {
  await fc.assert(
    fc.asyncProperty(given, async ({ moments, protocols, switchAfter, isSlow }) => {
      const server = createFakeChannels('news')
      const client = createClient({
        url: 'http://buzzer.test',
        fetch: server.fetch,
        webSocket: server.webSocket,
        clock: createSkippingClock(1_700_000_000_000, answerMs),
        random: () => 0.5,
        retry: { reconnects: 100_000 },
      })
      const channel = client.channel('news')
      const items: ChannelItem[] = []
      const isLast = (item: ChannelItem | undefined) =>
        item !== undefined && !isReset(item) && item.id === 'last'
      const reading = (async () => {
        const first = channel.subscribe({ since: 0, protocols })
        try {
          for await (const item of first) {
            items.push(item)
            if (isSlow) await turns(items.length % 3)
            if (isLast(item) || items.length >= switchAfter) break
          }
        } catch (error) {
          // None of what it may use can be had; then the reader changes to what can.
          if (!(error instanceof StreamUnavailableError)) throw error
        }
        if (isLast(items.at(-1))) return
        // Another stream, over whatever there is, goes on where the first one stopped.
        for await (const item of channel.subscribe({ since: first.cursor })) {
          items.push(item)
          if (isLast(item)) return
        }
      })()

      for (const { step: now, turns: after } of moments) {
        await happen(server, now)
        await turns(after)
      }
      Object.assign(server.ways, { ws: 'open', sse: 'open', poll: 'open' })
      server.isDown = false
      server.channel('news').publish({ id: 'last' })
      await reading

      let expected = 1
      for (const item of items) {
        if (isReset(item)) expect(item.oldest).toBeGreaterThan(expected)
        else expect(item.sequence).toBe(expected)
        expected = isReset(item) ? item.oldest : item.sequence + 1
      }
      expect(expected).toBe(server.channel('news').last + 1)
      expect(server.open).toBe(0)
    }),
    { numRuns: 60 },
  )
})
