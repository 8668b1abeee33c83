import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import type { Channel } from '../../ports/catalog.ts'
import { asker, createSimulation, type Node } from '../testing/simulation.ts'
import { channel, look, open, over, placeOn, publish } from './testing/channels.ts'

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

  test('takes nothing of a publication for which offsets were set aside under its other kind', async () => {
    await using simulation = await createSimulation()
    const { clock } = simulation
    const delayMs = (call: string) => (call === 'events.reserve' ? 50 : 0)
    const [kept, ephemeral] = [channel({ name: 'c' }), channel({ name: 'c', ephemeral: true })]
    const node = await simulation.start({ operations: [], channels: [ephemeral], delayMs })
    const become = async (now: Channel): Promise<void> => {
      node.declare([now])
      await clock.until(node.engine.serve())
    }
    const publishing = publish(node, 'c', ['late'])
    await become(kept)
    expect(await clock.until(Promise.resolve(publishing))).toMatchObject({
      kind: 'refused',
      problem: { code: 'channel-changed' },
    })
    await clock.until(Promise.resolve(publish(node, 'c', ['kept'])))
    expect(await look(node, 'c', 0)).toMatchObject({
      values: [{ data: 'kept' }],
      cursor: 100_000,
    })
    await become(ephemeral)
    await clock.until(Promise.resolve(publish(node, 'c', ['passed on'])))
    expect((await look(node, 'c', 100_001)).values).toMatchObject([{ data: 'passed on' }])
  })

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

  test('goes on above all offsets also where nobody has looked at it for long', async () => {
    const aged = channel({ ephemeral: true, history: { count: 9, ageMs: 1_000 } })
    const { simulation, node } = await open(aged)
    await using _ = simulation
    const known = [0, { id: 'a', source: '/s' }] as const
    const placesAs = async (kind: Channel) => {
      node.declare([kind])
      await node.engine.serve()
      const published = await publish(node, 'c', [...known])
      return published.kind === 'published' ? published.events.map(({ offset }) => offset) : []
    }
    expect(await placesAs(aged)).toEqual([1])
    await simulation.clock.advance(2_000)
    await look(node, 'c', 0)
    expect(await placesAs(channel())).toEqual([100_001])
    expect(await placesAs(aged)).toEqual([100_002])
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
