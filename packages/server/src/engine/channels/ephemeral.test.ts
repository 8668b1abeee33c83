import { describe, expect, test } from 'vitest'
import { asker } from '../testing/simulation.ts'
import { channel, look, open, publish } from './testing/channels.ts'

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

  test('is not charged for what has passed its age', async () => {
    const aged = channel({ name: 'aged', ephemeral: true, history: { count: 9, ageMs: 1_000 } })
    const { simulation, node } = await open(aged)
    await using _ = simulation
    const large = 'x'.repeat(240_000)
    for (let round = 0; round < 75; round += 1) {
      await publish(node, 'aged', [large], [large], [large], [large])
      expect((await look(node, 'aged', 0)).values).toHaveLength(2)
      await simulation.clock.advance(2_000)
      expect((await look(node, 'aged', 0)).values).toEqual([])
    }
  })

  test('holds as many as it is declared to, from then on', async () => {
    const keeping = (count: number) =>
      channel({ name: 'live', ephemeral: true, history: { count, ageMs: null } })
    const { simulation, node } = await open(keeping(2))
    await using _ = simulation
    const valuesWith = async (count: number) => {
      node.declare([keeping(count)])
      await node.engine.serve()
      return (await look(node, 'live', 0)).values.map((value) => 'data' in value && value.data)
    }
    await publish(node, 'live', [1], [2], [3])
    expect(await valuesWith(4)).toEqual([2, 3])
    await publish(node, 'live', [4], [5])
    expect(await valuesWith(4)).toEqual([2, 3, 4, 5])
    expect(await valuesWith(1)).toEqual([5])
  })

  test('loses nothing that comes while its first offsets are taken', async () => {
    const both = new Set(['a', 'b'])
    for (let turns = 0; turns < 24; turns += 1) {
      const { simulation, node } = await open(live)
      await using _ = simulation
      const first = publish(node, 'live', ['a'])
      // As whoever was answered by the same commit.
      const meanwhile = (async () => {
        for (let turn = 0; turn < turns; turn += 1) await Promise.resolve()
        await publish(node, 'live', ['b'])
      })()
      await Promise.all([first, meanwhile])
      const { values } = await look(node, 'live', 0)
      expect(new Set(values.map((value) => 'data' in value && value.data))).toEqual(both)
    }
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
