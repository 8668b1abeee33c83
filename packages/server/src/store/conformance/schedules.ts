import { expect, it } from 'vitest'
import type { DefinedSchedule, Fire, ScheduledRun } from '../../ports/schedules.ts'
import type { Store } from '../../ports/store.ts'
import {
  claim,
  claimOne,
  depthOf,
  expectSound,
  read,
  sampleJob,
  serve,
  succeed,
  type OpenStore,
} from './sample.ts'

const noon = 1_800_014_400_000
const hour = 3_600_000

const defined = (wish: Partial<DefinedSchedule> = {}): DefinedSchedule => ({
  operation: 'render',
  cron: '0 * * * *',
  timeZone: 'UTC',
  catchUp: 'once',
  overlap: 'allow',
  nextAt: noon,
  ...wish,
})

function runAt(at: number, wish: Partial<ScheduledRun> = {}): ScheduledRun {
  const job = sampleJob({ tags: ['schedule'], scheduledFor: at })
  const requestHash = new Uint8Array(16)
  const idempotency = { key: `at ${at}`, requestHash, expiresAt: Date.now() + hour }
  return { at, job, input: null, idempotency, unlessRunning: false, ...wish }
}

const fire = (at: number, wish: Partial<Fire> = {}): Fire => ({
  operation: 'render',
  expectedNextAt: at,
  nextAt: at + hour,
  run: runAt(at),
  ...wish,
})

const nextAtOf = async (store: Store): Promise<number | null | undefined> =>
  (await store.schedules.list()).find(({ operation }) => operation === 'render')?.nextAt

export function scheduleSuite(open: OpenStore): void {
  it('keeps what is defined, and where each stands', async () => {
    await using store = await open()
    const other = defined({ operation: 'other', nextAt: noon + hour })
    await store.schedules.sync([defined(), other])
    const never = { lastAt: null, lastJob: null }
    const stored = { ...defined(), ...never }
    expect(await store.schedules.list()).toEqual([{ ...other, ...never }, stored])
    const { due } = store.schedules
    expect(await due(noon - 1)).toEqual({ schedules: [], nextAt: noon })
    expect(await due(noon)).toEqual({ schedules: [stored], nextAt: noon + hour })
  })

  it('goes on where a definition stays, begins anew where its times change, ends with it', async () => {
    await using store = await open()
    await store.schedules.sync([defined()])
    await store.schedules.fire(fire(noon))
    await store.schedules.sync([defined({ catchUp: 'skip', nextAt: noon + 9 * hour })])
    const [kept] = await store.schedules.list()
    expect(kept).toMatchObject({ catchUp: 'skip', nextAt: noon + hour, lastAt: noon })
    for (const changed of [{ cron: '1 * * * *' }, { timeZone: 'Europe/Berlin' }]) {
      const nextAt = noon + 2 * hour
      await store.schedules.sync([defined({ nextAt: noon })])
      await store.schedules.sync([defined({ ...changed, nextAt })])
      expect(await store.schedules.list()).toMatchObject([{ ...changed, nextAt, lastAt: noon }])
    }
    await store.schedules.sync([])
    expect(await store.schedules.list()).toEqual([])
  })

  it('does not wait for a time that the clock has shown before it was set back', async () => {
    await using store = await open()
    await store.schedules.sync([defined({ nextAt: noon + 9 * hour })])
    await store.schedules.sync([defined()])
    expect(await store.schedules.list()).toMatchObject([{ nextAt: noon }])
  })

  it('makes the job and moves the time at once', async () => {
    await using store = await open()
    await serve(store, 'render')
    await store.schedules.sync([defined()])
    const command = fire(noon)
    expect(await store.schedules.fire(command)).toEqual({ kind: 'fired' })
    const job = await claimOne(store)
    expect(job).toMatchObject({ tags: ['schedule'], scheduledFor: noon })
    expect(await store.schedules.list()).toMatchObject([
      { nextAt: noon + hour, lastAt: noon, lastJob: job.id },
    ])
    await succeed(store, job)
    expect(await read(store, job.id)).toMatchObject({ state: 'succeeded', scheduledFor: noon })
    await expectSound(store)
  })

  it('lets one of many nodes have a time', async () => {
    await using store = await open()
    await serve(store, 'render')
    await store.schedules.sync([defined()])
    const firings = await Promise.all(
      Array.from({ length: 8 }, () => store.schedules.fire(fire(noon))),
    )
    expect(firings.map(({ kind }) => kind).toSorted((a, b) => (a < b ? -1 : 1))).toEqual([
      'fired',
      ...Array.from({ length: 7 }, () => 'moved'),
    ])
    expect(await depthOf(store)).toMatchObject({ ready: 1 })
    expect(await store.schedules.fire(fire(noon, { operation: 'unknown' }))).toEqual({
      kind: 'moved',
    })
  })

  it('does not run a time again that has had its job, whatever was defined meanwhile', async () => {
    await using store = await open()
    await serve(store, 'render')
    await store.schedules.sync([defined()])
    await store.schedules.fire(fire(noon))
    await store.schedules.sync([])
    await store.schedules.sync([defined()])
    expect(await store.schedules.fire(fire(noon))).toEqual({ kind: 'repeated' })
    expect(await nextAtOf(store)).toBe(noon + hour)
    expect(await claim(store)).toHaveLength(1)
    await expectSound(store)
  })

  it('passes times without a job', async () => {
    await using store = await open()
    await store.schedules.sync([defined()])
    expect(await store.schedules.fire(fire(noon, { run: null }))).toEqual({ kind: 'passed' })
    const last = fire(noon + hour, { run: null, nextAt: null })
    expect(await store.schedules.fire(last)).toEqual({ kind: 'passed' })
    expect(await store.schedules.list()).toMatchObject([{ nextAt: null, lastAt: null }])
    expect(await store.schedules.due(noon + 9 * hour)).toEqual({ schedules: [], nextAt: null })
    expect(await depthOf(store)).toBeUndefined()
  })

  it('leaves a time out while the last job has not ended, where that is asked for', async () => {
    await using store = await open()
    await serve(store, 'render')
    await store.schedules.sync([defined()])
    const unlessRunning = true
    const at = (number: number): Fire => {
      const time = noon + number * hour
      return fire(time, { run: runAt(time, { unlessRunning }) })
    }
    expect(await store.schedules.fire(at(0))).toEqual({ kind: 'fired' })
    expect(await store.schedules.fire(at(1))).toEqual({ kind: 'overlapped' })
    const job = await claimOne(store)
    expect(await store.schedules.fire(at(2))).toEqual({ kind: 'overlapped' })
    expect(await store.schedules.list()).toMatchObject([{ lastAt: noon, lastJob: job.id }])
    await succeed(store, job)
    expect(await store.schedules.fire(at(3))).toEqual({ kind: 'fired' })
    expect(await store.schedules.list()).toMatchObject([{ lastAt: noon + 3 * hour }])
    // One that is erased is not there to be waited for.
    const [next] = await claim(store)
    if (next !== undefined) await succeed(store, next)
    if (next !== undefined) await store.jobs.erase('default', next.id)
    expect(await store.schedules.fire(at(4))).toEqual({ kind: 'fired' })
    await expectSound(store)
  })
}
