import type { JobId } from '@buzzer/contract'
import { expect, it } from 'vitest'
import type { DeadLetterFilter } from '../../ports/dead-letters.ts'
import type { Store } from '../../ports/store.ts'
import {
  accept,
  claimOne,
  depthOf,
  expectSound,
  freshId,
  minuteMs,
  read,
  sampleInput,
  sampleJob,
  serve,
  settle,
  tenant,
  type JobWish,
  type OpenStore,
} from './sample.ts'

const any: DeadLetterFilter = {
  tenant,
  operation: null,
  code: null,
  group: null,
  tag: null,
  createdAfter: null,
  createdBefore: null,
  ids: null,
}

interface Death extends JobWish {
  readonly detail?: string
  readonly code?: string
}

/** A job that failed with its attempts used up. */
async function die(store: Store, { detail = 'no', code = 'handler-failed', ...wish }: Death = {}) {
  await serve(store, 'render', 'print')
  const job = sampleJob({ maxAttempts: 1, ...wish })
  await accept(store, job, { input: sampleInput() })
  const running = await claimOne(store)
  const error = { code, detail }
  const failure = { run: 1, attempt: 1, startedAt: 1, finishedAt: 2, error }
  await settle(store, running, { kind: 'fail', error, retryAt: Date.now() }, { failure })
  return job.id
}

const idsOf = async (store: Store, wish: Partial<DeadLetterFilter> = {}): Promise<JobId[]> => {
  const page = await store.deadLetters.list({
    filter: { ...any, ...wish },
    limit: 100,
    cursor: null,
  })
  return page.items.map(({ id }) => id)
}

const groupsOf = (store: Store, wish: { operation?: string; code?: string; limit?: number } = {}) =>
  store.deadLetters.groups({
    tenant,
    operation: null,
    code: null,
    limit: 100,
    cursor: null,
    ...wish,
  })

export function deadLetterSuite(open: OpenStore): void {
  it('lists them newest first, by any filter and in pages', async () => {
    await using store = await open()
    const created = Date.now() - 5 * minuteMs
    const [old, tagged, printed] = [
      await die(store, { createdAt: created }),
      await die(store, { tags: ['x'], detail: 'other' }),
      await die(store, { operation: 'print', code: 'upstream-failed' }),
    ]
    await die(store, { tenant: 'other' })
    expect(await idsOf(store)).toEqual([printed, tagged, old])
    expect(await idsOf(store, { operation: 'print' })).toEqual([printed])
    expect(await idsOf(store, { code: 'handler-failed' })).toEqual([tagged, old])
    expect(await idsOf(store, { tag: 'x' })).toEqual([tagged])
    expect(await idsOf(store, { createdAfter: created })).toEqual([printed, tagged])
    expect(await idsOf(store, { createdBefore: created + 1 })).toEqual([old])
    expect(await idsOf(store, { ids: [old, freshId(), printed, old] })).toEqual([printed, old])
    expect(await idsOf(store, { ids: [] })).toEqual([])
    const { list } = store.deadLetters
    const first = await list({ filter: any, limit: 2, cursor: null })
    expect(first.items.map(({ id }) => id)).toEqual([printed, tagged])
    const rest = await list({ filter: any, limit: 2, cursor: first.next })
    expect(rest).toMatchObject({ items: [{ id: old }], next: null })
  })

  it('groups those that died of the same, and finds them by their group', async () => {
    await using store = await open()
    const first = await die(store, { detail: 'user 17 not found' })
    const last = await die(store, { detail: 'user 4711 not found' })
    const other = await die(store, { detail: 'no disk space' })
    await die(store, { operation: 'print', detail: 'user 1 not found' })
    await die(store, { tenant: 'other', detail: 'user 2 not found' })
    const { items, next } = await groupsOf(store)
    expect(next).toBeNull()
    expect(items).toHaveLength(3)
    const sizes = items.map(({ operation, count }) => `${operation} ${count}`)
    expect(new Set(sizes)).toEqual(new Set(['print 1', 'render 1', 'render 2']))
    const users = items.find(({ count }) => count === 2)
    const times = {
      oldestAt: await finishedAt(store, first),
      newestAt: await finishedAt(store, last),
    }
    const error = { code: 'handler-failed', detail: 'user 4711 not found' }
    expect(users).toMatchObject({ sample: last, error, ...times })
    expect(await idsOf(store, { group: users?.group ?? '' })).toEqual([last, first])
    expect(await idsOf(store, { group: users?.group ?? '', ids: [first, other] })).toEqual([first])
    expect((await groupsOf(store, { operation: 'print' })).items).toHaveLength(1)
    expect((await groupsOf(store, { code: 'upstream-failed' })).items).toEqual([])
    const seen: string[] = []
    for (let cursor: string | null = '', pages = 0; cursor !== null && pages < 9; pages += 1) {
      const query = { tenant, operation: null, code: null, limit: 1, cursor: cursor || null }
      const page = await store.deadLetters.groups(query)
      seen.push(...page.items.map(({ group }) => group))
      cursor = page.next
    }
    expect(seen).toEqual(items.map(({ group }) => group))
  })

  it('runs them again oldest first, spaced in time, and in batches that leave nothing out', async () => {
    await using store = await open()
    const ids = []
    for (let number = 0; number < 5; number += 1) ids.push(await die(store))
    const from = Date.now() + minuteMs
    const { retry } = store.deadLetters
    const due = { from, everyMs: 1_500 }
    const first = await retry({ filter: any, after: null, limit: 3, due })
    expect(first.ids).toEqual(ids.slice(0, 3))
    const rest = await retry({ filter: any, after: first.next, limit: 3, due: null })
    expect(rest).toEqual({ ids: ids.slice(3), next: null })
    const jobs = await Promise.all(ids.map((id) => read(store, id)))
    expect(jobs).toMatchObject([
      { state: 'queued', run: 2, attempt: 0, dueAt: from },
      { dueAt: from + 1_500 },
      { dueAt: from + 3_000 },
      { state: 'queued', run: 2 },
      { state: 'queued', run: 2 },
    ])
    expect(await idsOf(store)).toEqual([])
    expect((await groupsOf(store)).items).toEqual([])
    expect(await depthOf(store)).toMatchObject({ ready: 2, delayed: 3, deadLetters: 0 })
    await expectSound(store)
  })

  it('discards with all payloads, and leaves what the filter does not name', async () => {
    await using store = await open()
    const gone = await die(store, { tags: ['x'] })
    const kept = await die(store)
    const foreign = await die(store, { tenant: 'other', tags: ['x'] })
    const filter = { ...any, tag: 'x' }
    expect(await store.deadLetters.discard({ filter, after: null, limit: 9 })).toEqual({
      ids: [gone],
      next: null,
    })
    expect(await store.jobs.read(gone)).toEqual({ kind: 'unknown' })
    expect(await store.payloads.input(gone)).toBeNull()
    expect(await store.payloads.failures(gone)).toEqual([])
    for (const id of [kept, foreign]) expect(await read(store, id)).toMatchObject({ id })
    expect(await depthOf(store)).toMatchObject({ deadLetters: 2 })
    await expectSound(store)
  })

  it('counts them per operation, whichever way they go', async () => {
    await using store = await open()
    const ids = [await die(store), await die(store), await die(store), await die(store)]
    const [retried, erased] = ids
    await die(store, { operation: 'print' })
    expect(await depthOf(store, 'render')).toMatchObject({ deadLetters: 4 })
    if (retried !== undefined) await store.jobs.retry(tenant, retried)
    if (erased !== undefined) await store.jobs.erase(tenant, erased)
    expect(await depthOf(store)).toMatchObject({ deadLetters: 2 })
    await store.upkeep.retain(
      { jobsMs: -minuteMs, tombstonesMs: minuteMs, eventsMs: minuteMs, deliveriesMs: minuteMs },
      100,
    )
    expect((await depthOf(store))?.deadLetters).toBe(0)
    await expectSound(store)
  })
}

async function finishedAt(store: Store, id: JobId): Promise<number> {
  const job = await read(store, id)
  return 'finishedAt' in job ? job.finishedAt : 0
}
