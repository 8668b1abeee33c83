import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { asker, createSimulation, type Node, type Simulation } from '../testing/simulation.ts'
import { promisesDone } from '../testing/virtual-clock.ts'
import type { DeclaredPlace } from './place.ts'
import { isDeclared } from './place.ts'
import type { Slice } from './ring.ts'
import { channel, draft } from './testing/channels.ts'
import type { ChannelReading } from './watch-channel.ts'

/** A reader that pulls when it is told to, and remembers what it was told. */
function createReader(node: Node, place: DeclaredPlace, start: number | null) {
  const seen: (number | string)[] = []
  let cursor = start
  let end = new AbortController()
  let stream = node.engine.channels.watch(place, { since: cursor, signal: end.signal })
  let pulling: Promise<void> | null = null

  const pull = async (): Promise<void> => {
    const asked = stream
    const { value } = await asked.next()
    // Who was cut off does not hear what comes of it any more.
    if (value === undefined || asked !== stream) return
    if (value.kind === 'start') cursor = value.cursor
    else if (value.kind === 'reset') {
      seen.push(`reset ${value.oldest}`)
      cursor = value.oldest - 1
    } else {
      for (const { offset } of value.slice.events) seen.push(offset)
      cursor = value.slice.last
    }
  }
  return {
    seen,
    get cursor() {
      return cursor
    },
    /** Asks for more, unless it waits for an answer already. */
    pull(): void {
      if (pulling !== null) return
      const mine = pull().finally(() => {
        if (pulling === mine) pulling = null
      })
      pulling = mine
    },
    async cut(): Promise<void> {
      end.abort()
      await promisesDone()
      end = new AbortController()
      stream = node.engine.channels.watch(place, { since: cursor, signal: end.signal })
      pulling = null
    },
    async close(): Promise<void> {
      end.abort()
      await promisesDone()
    },
  }
}

type Reader = ReturnType<typeof createReader>

function placeOn({ engine }: Node, name = 'c'): DeclaredPlace {
  const place = engine.channels.find(asker, name)
  if (place === null || !isDeclared(place)) throw new Error(`There is no ${name}.`)
  return place
}

const publish = (node: Node, values: readonly unknown[]) =>
  node.engine.channels.publish(
    placeOn(node),
    values.map((value) => draft(value)),
  )

/** Everything that is there by now. */
async function drain(simulation: Simulation, readers: readonly Reader[]): Promise<void> {
  for (let quiet = 0; quiet < 3;) {
    const before = readers.map(({ seen }) => seen.length).join()
    for (const reader of readers) reader.pull()
    await simulation.clock.advance(6_000)
    quiet = readers.map(({ seen }) => seen.length).join() === before ? quiet + 1 : 0
  }
}

/** Once and in order; a gap only where it was told. */
function expectWhole({ seen }: Reader, since: number, last: number): void {
  // Whoever asks for all that is kept begins where that does.
  const [first] = seen
  let cursor = since === 0 && typeof first === 'number' ? first - 1 : since
  for (const each of seen) {
    if (typeof each === 'string') {
      cursor = Number(each.slice('reset '.length)) - 1
      continue
    }
    expect(each).toBe(cursor + 1)
    cursor = each
  }
  expect(cursor).toBe(last)
}

const moves = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        kind: fc.constant('publish'),
        on: fc.nat(1),
        count: fc.integer({ min: 1, max: 5 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('pull'), on: fc.nat(5) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('cut'), on: fc.nat(5) }) },
    {
      weight: 2,
      arbitrary: fc.record({ kind: fc.constant('wait'), ms: fc.integer({ min: 0, max: 40 }) }),
    },
  ),
  { maxLength: 60 },
)

describe('following a channel', () => {
  test(
    'from wherever, on whichever node, cut and resumed: each event once and in order',
    { timeout: 60_000 },
    async () => {
      const history = fc.constantFrom(3, 20, 1_000)
      const losing = fc.boolean()
      await fc.assert(
        fc.asyncProperty(fc.nat(), history, losing, moves, async (seed, count, loses, steps) => {
          await using simulation = await createSimulation({
            seed,
            loses: () => loses && simulation.random.fraction() < 0.5,
          })
          const channels = [channel({ history: { count, ageMs: null } })]
          const delayMs = () => Math.floor(simulation.random.fraction() * 20)
          const nodes = [1, 2].map(() => simulation.node({ operations: [], channels, delayMs }))
          const [first, second] = nodes as [Node, Node]
          await simulation.clock.until(Promise.resolve(publish(first, ['a', 'b'])))
          const readers = [0, 1, 2].flatMap((since) => [
            createReader(first, placeOn(first), since),
            createReader(second, placeOn(second), since),
          ])
          for (const step of steps) {
            if (step.kind === 'publish') {
              const values = Array.from({ length: 'count' in step ? step.count : 0 }, () => 1)
              void publish(step.on === 0 ? first : second, values)
            }
            const reader = 'on' in step ? readers[step.on] : undefined
            if (step.kind === 'pull') reader?.pull()
            // A reader that waits for an answer is cut in the middle of it.
            if (step.kind === 'cut') await reader?.cut()
            if ('ms' in step) await simulation.clock.advance(step.ms)
          }
          await drain(simulation, readers)
          const { last } = await simulation.store.events.read(asker.tenant, 'c', 0, 1)
          for (const [index, reader] of readers.entries()) {
            expectWhole(reader, Math.floor(index / 2), last)
            await reader.close()
          }
        }),
        { numRuns: 100 },
      )
    },
  )

  test('from now on: also what is published before the store has said where that is', async () => {
    await using simulation = await createSimulation({ seed: 1 })
    const node = simulation.node({ operations: [], channels: [channel({})] })
    await simulation.clock.until(Promise.resolve(publish(node, ['before'])))
    const reader = createReader(node, placeOn(node), null)
    reader.pull()
    await simulation.clock.until(Promise.resolve(publish(node, ['after'])))
    await drain(simulation, [reader])
    expect(reader.seen).toEqual([2])
    await reader.close()
  })

  test('all that is kept, where nothing is: a gap after that is told', async () => {
    await using simulation = await createSimulation({ seed: 1 })
    const { clock } = simulation
    const channels = [channel({ history: { count: 10, ageMs: 3_000 } })]
    const node = simulation.node({ operations: [], channels })
    const place = placeOn(node)
    await clock.until(Promise.resolve(publish(node, ['a', 'b', 'c'])))
    await clock.advance(4_000)
    const reader = createReader(node, place, 0)
    reader.pull()
    await promisesDone()
    expect(reader.cursor).toBe(3)
    const over = AbortSignal.abort()
    expect(await node.engine.channels.read(place, { since: 0, signal: over })).toMatchObject({
      cursor: 3,
      slice: null,
    })
    await reader.cut()
    await clock.until(Promise.resolve(publish(node, ['lost', 'lost'])))
    await clock.advance(4_000)
    await clock.until(Promise.resolve(publish(node, ['kept'])))
    for (let pulls = 0; pulls < 4; pulls += 1) {
      reader.pull()
      await promisesDone()
    }
    expect(reader.seen).toEqual(['reset 6', 6])
    await reader.close()
  })

  test.each(['watch', 'read'] as const)('%s: whoever is seen misses nothing', async (way) => {
    await using simulation = await createSimulation({ seed: 1 })
    const delayMs = (call: string) => (call === 'events.read' ? 50 : 0)
    const wish = { operations: [], channels: [channel()] }
    const node = simulation.node({ ...wish, delayMs })
    const other = simulation.node({ ...wish, name: 'other' })
    const place = placeOn(node)
    const end = new AbortController()
    const reading = {
      since: null,
      signal: end.signal,
      // Somebody who sees the reader come greets it at once.
      enter: () => {
        void publish(other, ['hello'])
        return { [Symbol.dispose]: () => end.abort() }
      },
    }
    const seen =
      way === 'watch' ? firstSlice(node, place, reading) : firstRead(node, place, reading)
    expect(await simulation.clock.until(seen)).toEqual([1])
    expect(end.signal.aborted, 'it is not seen any more').toBe(true)
  })
})

async function firstSlice(node: Node, place: DeclaredPlace, reading: ChannelReading) {
  for await (const news of node.engine.channels.watch(place, reading)) {
    if (news.kind === 'slice') return offsetsOf(news.slice)
  }
  return []
}

async function firstRead(node: Node, place: DeclaredPlace, reading: ChannelReading) {
  return offsetsOf((await node.engine.channels.read(place, reading)).slice)
}

const offsetsOf = (slice: Slice | null): readonly number[] =>
  (slice?.events ?? []).map(({ offset }) => offset)
