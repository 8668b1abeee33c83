import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Channel } from '../../ports/catalog.ts'
import { asker, createSimulation, submit, type Node } from '../testing/simulation.ts'
import { operation } from '../testing/operations.ts'
import { isDeclared, type DeclaredPlace } from './place.ts'
import { channel, draft } from './testing/channels.ts'

async function open(...channels: readonly Channel[]) {
  const simulation = await createSimulation()
  const wish = { operations: [operation()], channels }
  return { simulation, node: await simulation.start(wish), wish }
}

function placeOn({ engine }: Node, name: string): DeclaredPlace {
  const place = engine.channels.find(asker, name)
  if (place === null || !isDeclared(place)) throw new Error(`There is no ${name}.`)
  return place
}

const over = AbortSignal.abort()

/** What is there now, without waiting. */
async function look({ engine }: Node, name: string, since: number | null) {
  const place = engine.channels.find(asker, name)
  if (place === null) throw new Error(`There is no ${name}.`)
  const { slice, reset, cursor } = await engine.channels.read(place, { since, signal: over })
  const values = slice?.events.map((event) =>
    event.kind === 'published' ? (JSON.parse(event.text) as Record<string, unknown>) : event,
  )
  return { values: values ?? [], reset, cursor }
}

/** All that is there of `c`, as a reader gets it that comes back with its cursor. */
async function catchUp(node: Node, since: number) {
  const place = placeOn(node, 'c')
  const values: unknown[] = []
  let isReset = false
  for (let cursor = since; ;) {
    const part = await node.engine.channels.read(place, { since: cursor, signal: over })
    isReset ||= part.reset !== null
    cursor = part.slice?.last ?? part.cursor
    if (part.slice === null) return { values, isReset, cursor }
    for (const event of part.slice.events) {
      if (event.kind === 'published')
        values.push((JSON.parse(event.text) as { data: unknown }).data)
    }
  }
}

const publish = (node: Node, name: string, ...drafts: Parameters<typeof draft>[]) =>
  node.engine.channels.publish(
    placeOn(node, name),
    drafts.map((given) => draft(...given)),
  )

describe('publishing', () => {
  test('writes what a CloudEvent has to have, once, under the name that all see', async () => {
    const { simulation, node } = await open(channel({ name: 'quotes.{symbol}' }))
    await using _ = simulation
    await publish(node, 'quotes/ACME', [{ price: 1 }])
    const given = { id: 'a', source: '/mine', subject: 's', extensions: { n: 1, ok: true } }
    await publish(node, 'quotes.ACME', [2, { ...given, time: '2026-01-02T03:04:05Z' }])
    const { values } = await look(node, 'quotes.ACME', 0)
    expect(values).toMatchObject([
      {
        specversion: '1.0',
        id: expect.stringMatching(/^evt_/),
        source: '/channels/quotes.ACME',
        type: 'test',
        time: new Date(simulation.clock.now()).toISOString(),
        datacontenttype: 'application/json',
        data: { price: 1 },
      },
      { id: 'a', source: '/mine', subject: 's', n: 1, ok: true, data: 2 },
    ])
  })

  test('says what the channel does not take, event by event, and takes none', async () => {
    const strict = channel({
      dataSchema: {},
      check: (data) => (data === 1 ? [] : [{ pointer: '/x', detail: 'is wrong' }]),
    })
    const { simulation, node } = await open(strict)
    await using _ = simulation
    const large = draft('x'.repeat(300_000))
    const bytes = draft(0, { data: { kind: 'bytes', bytes: new Uint8Array(1) } })
    const given = [draft(1), draft(2), large, bytes]
    expect(await node.engine.channels.publish(placeOn(node, 'c'), given)).toMatchObject({
      problem: {
        code: 'validation-failed',
        errors: [
          { pointer: '/1/data/x', detail: 'is wrong' },
          { pointer: '/2' },
          { pointer: '/3/data' },
        ],
      },
    })
    const many = Array.from({ length: 1_001 }, () => draft(1))
    expect(await node.engine.channels.publish(placeOn(node, 'c'), many)).toMatchObject({
      problem: { code: 'payload-too-large' },
    })
    expect(await look(node, 'c', 0)).toEqual({ values: [], reset: null, cursor: 0 })
    expect(node.telemetry.count('published')).toBe(0)
  })

  test('to a shared channel is for all tenants, to any other for one', async () => {
    const { simulation, node } = await open(
      channel({ name: 'ours', shared: true }),
      channel({ name: 'mine' }),
    )
    await using _ = simulation
    await publish(node, 'ours', [1])
    await publish(node, 'mine', [1])
    const other = { tenant: 'other' }
    const lasts = await Promise.all(
      ['ours', 'mine'].map(async (name) => {
        const place = node.engine.channels.find(other, name)
        return place === null
          ? null
          : (await node.engine.channels.read(place, { since: 0, signal: over })).slice?.last
      }),
    )
    expect(lasts).toEqual([1, undefined])
  })
})

describe('a channel that keeps nothing on disk', () => {
  const live = channel({ name: 'live', ephemeral: true, history: { count: 3, ageMs: null } })

  test('has its latest events in memory, and says what is gone', async () => {
    const { simulation, node } = await open(live)
    await using _ = simulation
    for (const value of [1, 2, 3, 4]) await publish(node, 'live', [value])
    expect(await look(node, 'live', 1)).toMatchObject({
      values: [{ data: 2 }, { data: 3 }, { data: 4 }],
      reset: null,
    })
    const kept = { values: [{ data: 2 }, { data: 3 }, { data: 4 }], reset: null }
    expect(await look(node, 'live', 0)).toMatchObject(kept)
    await publish(node, 'live', [5])
    expect(await look(node, 'live', 1)).toMatchObject({ reset: 3, cursor: 2 })
    const page = await simulation.store.events.read(asker.tenant, 'live', 0, 9)
    expect(page.events).toEqual([])
  })

  test('tells an event again by its source and id, as long as it is kept', async () => {
    const { simulation, node } = await open(live)
    await using _ = simulation
    const known = { id: 'a', source: '/s' }
    for (const value of [1, 2]) await publish(node, 'live', [value, known])
    expect(await publish(node, 'live', [3], [4, known])).toEqual({
      kind: 'published',
      events: [
        { id: expect.any(String), offset: 2 },
        { id: 'a', offset: 1 },
      ],
    })
    expect((await look(node, 'live', 0)).values).toMatchObject([{ data: 1 }, { data: 3 }])
  })

  // Eight hours of virtual time, in which everything that looks by itself does.
  test('is not forgotten by the store while it is in use', { timeout: 60_000 }, async () => {
    const { simulation, wish } = await open(live)
    await using _ = simulation
    const hourMs = 3_600_000
    const retention = {
      jobsMs: hourMs,
      tombstonesMs: 3 * hourMs,
      eventsMs: hourMs,
      deliveriesMs: hourMs,
    }
    const node = await simulation.start({ ...wish, retention })
    for (let time = 0; time < 4; time += 1) {
      await publish(node, 'live', [time])
      await simulation.clock.advance(2 * hourMs)
    }
    await node.vanish()
    const next = await simulation.start({ ...wish, retention })
    const published = await publish(next, 'live', [4])
    expect(published.kind === 'published' && published.events[0]?.offset).toBeGreaterThan(100_000)
  })

  test('holds no more in memory than a bound, however many there are', async () => {
    const { simulation, node } = await open(channel({ name: 'live.{n}', ephemeral: true }))
    await using _ = simulation
    const large = 'x'.repeat(240_000)
    for (let room = 0; room < 90; room += 1) {
      await publish(node, `live.${room}`, [large], [large], [large], [large])
    }
    // A slice is bounded as well.
    expect((await look(node, 'live.89', 0)).values).toHaveLength(2)
    expect(await look(node, 'live.0', 1)).toMatchObject({ values: [], reset: 5 })
  })

  test('never gives an offset twice, and resets who was there before a restart', async () => {
    const { simulation, node, wish } = await open(live)
    await using _ = simulation
    await publish(node, 'live', [1], [2])
    await node.vanish()
    const next = await simulation.start(wish)
    const before = await look(next, 'live', 2)
    expect(before.reset).toBeGreaterThan(2)
    expect(before.values).toEqual([])
    await publish(next, 'live', [3])
    expect(await look(next, 'live', before.cursor)).toMatchObject({ values: [{ data: 3 }] })
    expect(await look(next, 'live', 2)).toMatchObject({ reset: before.reset })
  })
})

describe('a channel that is declared anew', () => {
  const kinds = [
    channel({ name: 'c' }),
    channel({ name: 'c', ephemeral: true }),
    channel({ name: 'c', shared: true }),
    channel({ name: 'c', shared: true, ephemeral: true }),
  ]

  /** Publishes, with another kind of the channel each time. */
  async function toggle() {
    const declared = [...kinds]
    const { simulation, node } = await open(...declared)
    const become = async (kind: number): Promise<void> => {
      const now = kinds[kind]
      if (now === undefined) throw new Error('There is no such kind.')
      node.declare([now])
      await node.engine.serve()
    }
    return { simulation, node, become }
  }

  test('loses nobody in what it kept before, and tells of what is gone', async () => {
    const { simulation, node, become } = await toggle()
    await using _ = simulation
    await become(0)
    await publish(node, 'c', [1])
    await become(1)
    await publish(node, 'c', [2])
    await become(0)
    expect(await look(node, 'c', 1)).toMatchObject({ values: [], reset: 100_002 })
    expect(await look(node, 'c', 2)).toMatchObject({ values: [], reset: 100_002 })
    await publish(node, 'c', [3])
    expect(await look(node, 'c', 2)).toMatchObject({ values: [{ data: 3 }], reset: 100_002 })
    expect(await look(node, 'c', 0)).toMatchObject({ values: [{ data: 3 }], reset: null })
  })

  test('passes over nothing where it becomes one of all tenants, or one of each', async () => {
    const { simulation, node, become } = await toggle()
    await using _ = simulation
    await become(0)
    await publish(node, 'c', [1], [2])
    await become(2)
    expect(await look(node, 'c', 2)).toEqual({ values: [], reset: null, cursor: 2 })
    expect(await look(node, 'c', 1)).toMatchObject({ values: [], reset: 3 })
    await publish(node, 'c', [3], [4], [5])
    expect((await look(node, 'c', 2)).values).toMatchObject([{ data: 3 }, { data: 4 }, { data: 5 }])
    await become(0)
    await publish(node, 'c', [6])
    expect(await look(node, 'c', 5)).toMatchObject({ values: [{ data: 6 }], reset: null })
    expect(await look(node, 'c', 4)).toMatchObject({ values: [{ data: 6 }], reset: 6 })
  })

  test('tells each reader all that is published, or that some of it is gone, whatever it becomes', async () => {
    const change = fc.record({
      kind: fc.nat(kinds.length - 1),
      count: fc.nat(3),
      comes: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
    })
    const property = fc.asyncProperty(fc.array(change, { maxLength: 10 }), async (changes) => {
      const { simulation, node, become } = await toggle()
      await using _ = simulation
      await become(0)
      await publish(node, 'c', [0])
      let published = 0
      const readers = Array.from({ length: 4 }, () => ({ cursor: 1, seen: 0 }))
      for (const { kind, count, comes } of changes) {
        await become(kind)
        for (let time = 0; time < count; time += 1) await publish(node, 'c', [(published += 1)])
        for (const reader of readers.filter((_each, index) => comes[index])) {
          const { values, isReset, cursor } = await catchUp(node, reader.cursor)
          const missed = published - reader.seen
          const all = Array.from({ length: missed }, (_each, index) => reader.seen + index + 1)
          if (!isReset) expect(values).toEqual(all)
          Object.assign(reader, { cursor, seen: published })
        }
      }
    })
    await fc.assert(property, { numRuns: 100 })
  })

  test('lets go of those who follow it, and of those of one that is gone', async () => {
    for (const next of [() => [kinds[1]], () => []]) {
      const { simulation, node } = await toggle()
      await using _ = simulation
      node.declare(kinds.slice(0, 1))
      const place = node.engine.channels.find(asker, 'c')
      if (place === null) throw new Error('It is not there.')
      const stream = node.engine.channels.watch(place, {
        since: 0,
        signal: new AbortController().signal,
      })
      await stream.next()
      const waiting = stream.next()
      node.declare(next().flatMap((each) => each ?? []))
      await node.engine.serve()
      await simulation.clock.advance(1)
      expect(await waiting).toEqual({ done: true, value: undefined })
    }
  })
})

describe('the outcomes of an operation', () => {
  test('are events with the job as it was then, and less where it has gone on', async () => {
    const { simulation, node } = await open()
    await using _ = simulation
    const job = await submit(node, operation())
    await simulation.outcome(job.id)
    const { values } = await look(node, 'operations/render', 0)
    expect(values).toMatchObject([
      { kind: 'outcome', job: job.id, state: 'succeeded', view: { job: { id: job.id } } },
    ])
    await node.engine.erase(asker, job.id)
    expect((await look(node, 'operations.render', 0)).values).toMatchObject([
      { kind: 'outcome', job: job.id, view: null, result: null },
    ])
    expect(node.engine.channels.find(asker, 'operations/unknown')).toBeNull()
  })
})

describe('presence', () => {
  const room = channel({ name: 'chat.{room}', presence: true })

  test('tells who comes and who leaves, but not of those who come back at once', async () => {
    const { simulation, node } = await open(room)
    await using _ = simulation
    const { presence } = node.engine.channels
    const place = placeOn(node, 'chat/lobby')
    const ann = presence.enter(place, 'ann')
    presence.enter(place, 'ann')[Symbol.dispose]()
    const bob = presence.enter(place, 'bob')
    await simulation.clock.advance(1)
    const { members, count, cursor } = await presence.list(place)
    expect([members.map(({ name }) => name), count]).toEqual([['ann', 'bob'], 2])
    bob[Symbol.dispose]()
    await simulation.clock.advance(4_000)
    const again = presence.enter(place, 'bob')
    ann[Symbol.dispose]()
    await simulation.clock.advance(6_000)
    again[Symbol.dispose]()
    await simulation.clock.advance(6_000)
    const told = await look(node, 'presence/chat.lobby', 0)
    expect(told.values).toMatchObject([
      { type: 'dev.buzzer.presence.joined', data: { name: 'ann', count: 1 } },
      { type: 'dev.buzzer.presence.joined', data: { name: 'bob', count: 2 } },
      { type: 'dev.buzzer.presence.left', data: { name: 'ann', count: 1 } },
      { type: 'dev.buzzer.presence.left', data: { name: 'bob', count: 0 } },
    ])
    expect((await look(node, 'presence.chat.lobby', cursor)).values).toHaveLength(2)
    expect(await presence.list(place)).toMatchObject({ members: [], count: 0 })
  })

  test('is kept only where it is asked for', async () => {
    const { simulation, node } = await open(channel())
    await using _ = simulation
    expect(node.engine.channels.find(asker, 'presence/c')).toBeNull()
  })
})
