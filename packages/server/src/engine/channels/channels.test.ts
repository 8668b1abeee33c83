import { describe, expect, test } from 'vitest'
import { asker, submit } from '../testing/simulation.ts'
import { operation } from '../testing/operations.ts'
import { channel, draft, look, open, over, placeOn, publish } from './testing/channels.ts'

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
