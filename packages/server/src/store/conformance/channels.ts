import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { sharedTenant, type ChannelHistory } from '../../core/channel.ts'
import type { NewEvent, Publication } from '../../ports/events.ts'
import type { Retention, Store } from '../../ports/store.ts'
import { expectSound, minuteMs, tenant, type OpenStore } from './sample.ts'

const plenty: ChannelHistory = { count: 1_000, ageMs: null }
const keep: Retention = {
  jobsMs: minuteMs,
  tombstonesMs: minuteMs,
  eventsMs: minuteMs,
  deliveriesMs: minuteMs,
}

/** As the engine writes one. @param source null where the id is new for certain */
const event = (id: string, source: string | null = null, data = '1'): NewEvent => ({
  id,
  source,
  at: Date.now(),
  text: `{"specversion":"1.0","id":${JSON.stringify(id)},"source":"${source ?? '/c'}","type":"t","data":${data}}`,
})

const publish = (
  store: Store,
  channel: string,
  events: readonly NewEvent[],
  history: ChannelHistory = plenty,
): Promise<Publication> => store.events.publish({ tenant, channel, history, events })

const read = (store: Store, channel: string, since = 0, limit = 1_000) =>
  store.events.read(tenant, channel, since, limit)

const textsOf = async (store: Store, channel: string): Promise<readonly string[]> =>
  (await read(store, channel)).events.map((each) => (each.kind === 'published' ? each.text : ''))

export function channelSuite(open: OpenStore): void {
  it('gives offsets from 1 on to the events of a channel, and reads them by cursor', async () => {
    await using store = await open()
    expect(await read(store, 'quotes.ACME')).toEqual({ events: [], oldest: 1, last: 0 })
    const given = ['a', 'b', 'c'].map((id) => event(id))
    expect(await publish(store, 'quotes.ACME', given)).toEqual({
      kind: 'published',
      places: [1, 2, 3].map((offset) => ({ offset, isNew: true })),
    })
    await publish(store, 'other', [event('z')])
    expect(await read(store, 'quotes.ACME', 1, 1)).toEqual({
      events: [{ kind: 'published', offset: 2, at: given[1]?.at, text: given[1]?.text }],
      oldest: 1,
      last: 3,
    })
    expect(await store.events.read('other', 'quotes.ACME', 0, 9)).toMatchObject({ last: 0 })
    await expectSound(store)
  })

  it('knows an event again by its source and id, as long as it is kept', async () => {
    await using store = await open()
    const [first, other, again] = [event('1', '/a'), event('1', '/b'), event('1', '/a', '2')]
    await publish(store, 'c', [first, other])
    expect(await publish(store, 'c', [again, event('2', '/a')])).toEqual({
      kind: 'published',
      places: [
        { offset: 1, isNew: false },
        { offset: 3, isNew: true },
      ],
    })
    expect(await textsOf(store, 'c')).toEqual([first.text, other.text, event('2', '/a').text])
    await store.upkeep.retain({ ...keep, eventsMs: -minuteMs, deliveriesMs: -minuteMs }, 100)
    expect(await publish(store, 'c', [again])).toMatchObject({ places: [{ offset: 4 }] })
    await expectSound(store)
  })

  it('answers many publishers at once, each with its own offsets', async () => {
    await using store = await open()
    const all = Array.from({ length: 300 }, (_, index) => publish(store, 'c', [event(`${index}`)]))
    const offsets = (await Promise.all(all)).flatMap((each) =>
      each.kind === 'published' ? each.places.map(({ offset }) => offset) : [],
    )
    expect(offsets).toEqual(Array.from({ length: 300 }, (_, index) => index + 1))
    expect((await read(store, 'c', 299)).events).toMatchObject([{ offset: 300 }])
  })

  it('keeps as many as the channel says, and goes on from what it kept before', async () => {
    await using store = await open()
    const many = Array.from({ length: 30 }, (_, index) => event(`${index}`))
    await publish(store, 'c', many, { count: 10, ageMs: null })
    expect(await read(store, 'c')).toMatchObject({ oldest: 21, last: 30 })
    await publish(store, 'c', [event('x')], { count: 3, ageMs: null })
    const page = await read(store, 'c')
    expect(page.events.map(({ offset }) => offset)).toEqual([29, 30, 31])
  })

  it('keeps no more of a channel of which many offsets were passed over', async () => {
    await using store = await open()
    const two: ChannelHistory = { count: 2, ageMs: null }
    await publish(store, 'c', [event('a'), event('b')], two)
    await store.events.reserve(tenant, 'c', 100_000)
    for (const id of ['c', 'd', 'e', 'f']) await publish(store, 'c', [event(id)], two)
    const page = await read(store, 'c')
    expect(page.events.map(({ offset }) => offset)).toEqual([100_005, 100_006])
  })

  it('lets events go by the age that their channel or else the server says', async () => {
    await using store = await open()
    await publish(store, 'young', [event('a')], { count: 10, ageMs: 1 })
    await publish(store, 'old', [event('b')])
    await new Promise((resolve) => setTimeout(resolve, 5))
    // Also before anything is removed.
    expect(await read(store, 'young')).toEqual({ events: [], oldest: 2, last: 1 })
    expect(await store.upkeep.retain(keep, 100)).toMatchObject({ events: 1, more: false })
    expect(await read(store, 'young')).toEqual({ events: [], oldest: 2, last: 1 })
    expect(
      await store.upkeep.retain({ ...keep, eventsMs: -1, deliveriesMs: -1 }, 100),
    ).toMatchObject({ events: 1 })
    expect(await publish(store, 'old', [event('c')])).toMatchObject({ places: [{ offset: 2 }] })
    await expectSound(store)
  })

  it('forgets a channel that has been empty for as long as tombstones stand', async () => {
    await using store = await open()
    await publish(store, 'c', [event('a', '/s')])
    await store.upkeep.retain({ ...keep, eventsMs: -1, deliveriesMs: -1, tombstonesMs: -1 }, 100)
    expect(await read(store, 'c')).toEqual({ events: [], oldest: 1, last: 0 })
    expect(await publish(store, 'c', [event('a', '/s')])).toMatchObject({ places: [{ offset: 1 }] })
    await expectSound(store)
  })

  it('reserves offsets that nobody else gets', async () => {
    await using store = await open()
    const taken = Promise.all([1, 2, 3].map(() => store.events.reserve(tenant, 'live', 100)))
    expect(await taken).toEqual([1, 101, 201])
    expect(await publish(store, 'live', [event('a')])).toMatchObject({ places: [{ offset: 301 }] })
    expect(await read(store, 'live', 0)).toMatchObject({ oldest: 301, last: 301 })
  })

  it('gives out no offset twice under a name that stands for one channel, then for one of each tenant', async () => {
    await using store = await open()
    const last = async (owner: string): Promise<number> =>
      (await store.events.read(owner, 'c', 0, 9)).last
    const add = async (owner: string, many = 1): Promise<number | undefined> => {
      const events = Array.from({ length: many }, () => event('new'))
      const command = { tenant: owner, channel: 'c', history: plenty, events }
      const answer = await store.events.publish(command)
      return answer.kind === 'published' ? answer.places[0]?.offset : undefined
    }
    await Promise.all([add('a', 3), add('b', 7)])
    expect(await last('c')).toBe(0)
    expect(await store.events.read(sharedTenant, 'c', 0, 9)).toEqual({
      events: [],
      oldest: 8,
      last: 7,
    })
    expect(await Promise.all([add(sharedTenant, 2), add(sharedTenant)])).toEqual([8, 10])
    expect(await last('a')).toBe(10)
    expect(await store.events.reserve('b', 'c', 100)).toBe(11)
    expect(await add('a')).toBe(11)
    // Also where both are written to at once, as by nodes that have not heard of it all yet.
    const mixed = [add(sharedTenant), add('a'), add(sharedTenant), add('b'), add('a')]
    expect(await Promise.all(mixed)).toEqual([111, 112, 113, 114, 114])
    expect(await store.events.read('a', 'c', 113, 9)).toMatchObject({
      events: [{ offset: 114 }],
      oldest: 1,
    })
    await expectSound(store)
  })

  it('ends a page early where events are large, but never before the first', async () => {
    await using store = await open()
    const large = (id: string): NewEvent => event(id, null, JSON.stringify('x'.repeat(200_000)))
    await publish(store, 'c', [large('a'), large('b'), large('c')])
    const page = await read(store, 'c')
    expect(page.events.map(({ offset }) => offset)).toEqual([1, 2])
    expect((await read(store, 'c', 2)).events).toHaveLength(1)
  })

  it('does as a list for each channel would, whatever comes together', async () => {
    await using store = await open()
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(round, { maxLength: 8 }), async (rounds) => {
        // Names of its own, so that one store serves for all runs.
        run += 1
        const model = createModel()
        for (const steps of rounds) {
          const named = steps.map((step) => ({ ...step, channel: `${step.channel}.${run}` }))
          const answers = await Promise.all(named.map((step) => apply(store, step)))
          for (const [index, step] of named.entries()) model.expect(step, answers[index])
        }
        for (const name of channels) await model.compare(store, `${name}.${run}`)
      }),
      { numRuns: 50 },
    )
    await expectSound(store)
  })
}

const channels = ['a', 'b']

interface Step {
  readonly channel: string
  readonly ids: readonly (readonly [id: string, source: string | null])[]
  readonly count: number
}

const step: fc.Arbitrary<Step> = fc.record({
  channel: fc.constantFrom(...channels),
  ids: fc.array(fc.tuple(fc.constantFrom('1', '2', '"'), fc.constantFrom('/x', '/y', null)), {
    minLength: 1,
    maxLength: 4,
  }),
  count: fc.constantFrom(2, 5, 100),
})
const round = fc.array(step, { minLength: 1, maxLength: 6 })

const apply = (store: Store, { channel, ids, count }: Step): Promise<Publication> =>
  publish(
    store,
    channel,
    ids.map(([id, source]) => event(id, source)),
    { count, ageMs: null },
  )

interface Line {
  readonly offset: number
  readonly known: string | null
}

/** Trimmed at the end of a round, as a store trims with the commit: the most is kept till then. */
function createModel() {
  const lines = new Map<string, { last: number; kept: Line[] }>()
  return {
    expect({ channel, ids }: Step, answer: Publication | undefined): void {
      const line = lines.get(channel) ?? { last: 0, kept: [] }
      lines.set(channel, line)
      if (answer?.kind !== 'published') throw new Error('It was not taken.')
      for (const [index, [id, source]] of ids.entries()) {
        const place = answer.places[index]
        const known = source === null ? null : `${id} ${source}`
        const same = line.kept.find((each) => known !== null && each.known === known)
        // What was trimmed may be new again, but nothing that is new may be taken for another.
        if (place?.isNew === false) expect(same?.offset).toBe(place.offset)
        else {
          line.last += 1
          expect(place?.offset).toBe(line.last)
          line.kept = line.kept.filter((each) => each.known === null || each.known !== known)
          line.kept.push({ offset: line.last, known })
        }
      }
    },
    async compare(store: Store, channel: string): Promise<void> {
      const { last = 0 } = lines.get(channel) ?? {}
      const page = await read(store, channel)
      expect(page.last).toBe(last)
      const offsets = page.events.map(({ offset }) => offset)
      expect(offsets).toEqual(offsets.map((_, index) => page.oldest + index))
      if (last > 0) expect(offsets.at(-1)).toBe(last)
    },
  }
}
