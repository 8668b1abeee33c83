import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createVirtualClock } from '../../engine/testing/virtual-clock.ts'
import { createOutbox } from './outbox.ts'
import { createSubscriptions, type Reading, type Subscriptions } from './subscriptions.ts'
import { readFrames } from './testing/read-frames.ts'
import { bodiesOf, frameBodies } from './text-frames.ts'

/** A wire that takes as much as it is told, and the conversation behind it. */
function connect() {
  const clock = createVirtualClock()
  const written: Buffer[] = []
  const later: (() => void)[] = []
  let isFull = false
  let answered = 0
  const outbox = createOutbox({
    wire: {
      write(frames) {
        // A slice may be shared, so what is written is looked at later as it is then.
        written.push(Buffer.from(frames))
        return !isFull
      },
    },
    clock,
    soon: (callback) => void later.push(callback),
    onSent: () => undefined,
  })
  const subscriptions = createSubscriptions({
    outbox,
    onAnswer: () => (answered += 1),
    onProblem: (id, problem) => outbox.say(JSON.stringify({ type: 'error', id, problem })),
    problemOf: () => ({ code: 'internal-error', detail: 'broken' }),
  })
  const settle = async (): Promise<void> => {
    for (const callback of later.splice(0)) callback()
    await clock.advance(0)
    for (const callback of later.splice(0)) callback()
  }
  return {
    outbox,
    subscriptions,
    settle,
    answered: () => answered,
    messages: () => written.flatMap(readFrames).map((text) => JSON.parse(text) as Told),
    writes: written,
    fill: () => (isFull = true),
    async drain() {
      isFull = false
      outbox.drained()
      await settle()
    },
  }
}

interface Told {
  readonly type: string
  readonly id: string
  readonly event?: number
}

/** A source that gives the slices that the test puts in, one after the other. */
function createFeed() {
  const slices: (readonly number[])[] = []
  let wake: (() => void) | null = null
  let isOver = false
  let taken = 0
  const step = (): void => {
    wake?.()
    wake = null
  }
  return {
    put(slice: readonly number[]) {
      slices.push(slice)
      step()
    },
    end() {
      isOver = true
      step()
    },
    taken: () => taken,
    source: async (reading: Reading): Promise<void> => {
      reading.signal.addEventListener('abort', step)
      reading.start(0, 0)
      while (!reading.signal.aborted) {
        const slice = slices.shift()
        if (slice === undefined && isOver) return
        if (slice === undefined) {
          await new Promise<void>((resolve) => (wake = resolve))
          continue
        }
        taken += 1
        const bodies = bodiesOf(slice.map(String))
        await reading.events(
          frameBodies(bodies, `{"type":"event","id":"${reading.id}","event":`, '}'),
        )
      }
    },
  }
}

const eventsOf = (told: readonly Told[], id: string): readonly unknown[] =>
  told.filter((each) => each.type === 'event' && each.id === id).map(({ event }) => event)

const action = fc.oneof(
  fc.record({
    kind: fc.constant('slice' as const),
    at: fc.nat(2),
    size: fc.integer({ min: 1, max: 9 }),
  }),
  fc.record({
    kind: fc.constant('credit' as const),
    at: fc.nat(2),
    size: fc.integer({ min: 1, max: 6 }),
  }),
  fc.record({ kind: fc.constant('fill' as const) }),
  fc.record({ kind: fc.constant('drain' as const) }),
)

type Action = typeof action extends fc.Arbitrary<infer One> ? One : never

interface World {
  readonly line: ReturnType<typeof connect>
  readonly feeds: readonly ReturnType<typeof createFeed>[]
  /** What each may get, and what each was given to pass on. */
  readonly credit: number[]
  readonly next: number[]
}

async function act(each: Action, { line, feeds, credit, next }: World): Promise<void> {
  if (each.kind === 'fill') line.fill()
  else if (each.kind === 'drain') await line.drain()
  else if (each.kind === 'credit') {
    credit[each.at] = (credit[each.at] ?? 0) + each.size
    line.subscriptions.addCredit(`s${each.at}`, each.size)
  } else {
    const first = next[each.at] ?? 0
    next[each.at] = first + each.size
    feeds[each.at]?.put(Array.from({ length: each.size }, (_, index) => first + index))
  }
  await line.settle()
}

test('events of several subscriptions come once, in order, and never beyond their credit', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 60 }), async (actions) => {
      const line = connect()
      const feeds = [createFeed(), createFeed(), createFeed()]
      const credit = [0, 3, Infinity]
      const next = [0, 0, 0]
      for (const [at, feed] of feeds.entries()) {
        line.subscriptions.open(`s${at}`, credit[at] ?? 0, () => feed.source)
      }
      await line.settle()
      for (const each of actions) {
        await act(each, { line, feeds, credit, next })
        for (const [at] of feeds.entries()) {
          const got = eventsOf(line.messages(), `s${at}`)
          expect(got).toEqual(Array.from(got, (_, index) => index))
          expect(got.length).toBeLessThanOrEqual(Math.min(credit[at] ?? 0, next[at] ?? 0))
        }
      }
      await line.drain()
      for (const [at] of feeds.entries()) {
        const got = eventsOf(line.messages(), `s${at}`)
        expect(got.length).toBe(Math.min(credit[at] ?? 0, next[at] ?? 0))
      }
    }),
    { numRuns: 200 },
  )
})

test('a reader that takes nothing has one slice taken for it, and no more', async () => {
  const line = connect()
  const feed = createFeed()
  line.subscriptions.open('a', Infinity, () => feed.source)
  await line.settle()
  line.fill()
  for (let at = 0; at < 10; at += 1) feed.put([at])
  await line.settle()
  // The one that filled it, and the one that waits.
  expect(feed.taken()).toBe(2)
  expect(eventsOf(line.messages(), 'a')).toEqual([0])
  await line.drain()
  expect(eventsOf(line.messages(), 'a')).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])
})

test('subscriptions take turns where the wire is slow', async () => {
  const line = connect()
  const feeds = ['a', 'b', 'c'].map((id) => {
    const feed = createFeed()
    line.subscriptions.open(id, Infinity, () => feed.source)
    return feed
  })
  await line.settle()
  line.fill()
  for (let at = 0; at < 4; at += 1) for (const feed of feeds) feed.put([at])
  await line.settle()
  for (let round = 0; round < 12; round += 1) {
    line.outbox.drained()
    await line.settle()
  }
  const ids = line
    .messages()
    .filter(({ type }) => type === 'event')
    .map(({ id }) => id)
  expect(ids.join('')).toMatch(/^abc(?:bca|abc|cab){3}$/)
})

test('the ack comes first, complete last, and nothing after it', async () => {
  const line = connect()
  const [ended, left] = [createFeed(), createFeed()]
  line.subscriptions.open('ended', Infinity, () => ended.source)
  line.subscriptions.open('left', Infinity, () => left.source)
  line.subscriptions.open('gone', Infinity, () => Promise.resolve(left.source))
  expect(line.subscriptions.close('gone')).toBe(true)
  await line.settle()
  for (const feed of [ended, left]) feed.put([1, 2])
  await line.settle()
  ended.end()
  line.subscriptions.close('left')
  left.put([3])
  await line.settle()
  const told = (id: string) =>
    line
      .messages()
      .filter((each) => each.id === id)
      .map(({ type }) => type)
  expect(told('ended')).toEqual(['ack', 'event', 'event', 'complete'])
  expect(told('left')).toEqual(['ack', 'event', 'event', 'complete'])
  expect(told('gone')).toEqual(['complete'])
  expect([line.subscriptions.count(), line.answered()]).toEqual([0, 3])
  expect(line.subscriptions.close('ended')).toBe(false)
})

test('a source that breaks ends its subscription with a problem', async () => {
  const line = connect()
  const broken = (subscriptions: Subscriptions) => {
    subscriptions.open('later', 1, () => Promise.reject(new Error('no')))
    subscriptions.open('running', 1, () => async () => {
      throw new Error('no')
    })
  }
  broken(line.subscriptions)
  await line.settle()
  const told = line.messages().map(({ type, id }) => `${type} ${id}`)
  expect(told.toSorted()).toEqual(['error later', 'error running'])
  expect(line.answered()).toBe(2)
})
