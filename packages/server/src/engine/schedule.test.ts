import { createIdSource } from '@buzzer/contract'
import { describe, expect, it, onTestFinished, test } from 'vitest'
import { createMemoryBus } from '../bus/memory/memory-bus.ts'
import type { Job } from '../core/job.ts'
import type { Schedule } from '../core/schedule.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Fire } from '../ports/schedules.ts'
import type { Store } from '../ports/store.ts'
import { openInlineSqliteStore } from '../store/sqlite/testing/inline.ts'
import { createCronTimetables } from '../timetable/cron-timetables.ts'
import { meanings, zones } from '../timetable/testing/meanings.ts'
import { momentsOf, readWallYear } from '../timetable/testing/wall-year.ts'
import { createScheduler, type Scheduler } from './schedule.ts'
import { catalogOf, done, heldRuns, operation, type OperationWish } from './testing/operations.ts'
import { createRecordingLog, createRecordingTelemetry } from './testing/recording.ts'
import { createSeededRandom } from './testing/seeded-random.ts'
import { createSimulation } from './testing/simulation.ts'
import { createVirtualClock, promisesDone } from './testing/virtual-clock.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour

const schedule = (wish: Partial<Schedule> & Pick<Schedule, 'cron'>): Schedule => ({
  timeZone: 'UTC',
  catchUp: 'once',
  overlap: 'allow',
  ...wish,
})

const scheduled = (wish: OperationWish & { schedule: Schedule }): Operation => operation(wish)

/** What comes often does so in one zone only, to keep the year short. */
const yearly = zones.flatMap((timeZone) =>
  Object.entries(meanings)
    .filter(([cron]) => cron !== '*/20 * * * *')
    .filter(([cron]) => cron !== '10 * * * *' || timeZone === 'Australia/Lord_Howe')
    .map(([cron, meaning]) => ({ name: `${timeZone} ${cron}`, timeZone, cron, meaning })),
)

describe('a year of several zones on two nodes that come and go', () => {
  /** A node that does nothing but look at schedules, so that a year passes in seconds. */
  async function createYear() {
    const clock = createVirtualClock()
    const random = createSeededRandom(7)
    // There are no leases, which the store would look at every second of the year.
    const still = { now: clock.now, after: () => () => {} }
    const inline = await openInlineSqliteStore({ folder: ':memory:', clock: still, random })
    onTestFinished(() => inline[Symbol.asyncDispose]())
    const fired: { readonly operation: string; readonly at: number; readonly now: number }[] = []
    const fire = async (command: Fire) => {
      const answer = await inline.schedules.fire(command)
      const { operation: name, run } = command
      if (answer.kind === 'fired' && run !== null)
        fired.push({ operation: name, at: run.at, now: clock.now() })
      return answer
    }
    const store: Store = { ...inline, schedules: { ...inline.schedules, fire } }
    const operations = yearly.map(({ name, timeZone, cron }) =>
      operation({ name, schedule: schedule({ cron, timeZone }) }),
    )
    const shared = {
      store,
      bus: createMemoryBus(),
      clock,
      ids: createIdSource(clock.now, random.bytes),
      catalog: catalogOf(operations),
      log: createRecordingLog(),
      telemetry: createRecordingTelemetry(),
      tracing: null,
      timetables: createCronTimetables(),
    }
    const launch = async (): Promise<Scheduler> => {
      const scheduler = createScheduler(shared, 6 * hour)
      await scheduler.sync()
      return scheduler
    }
    return { clock, random, fired, launch, log: shared.log }
  }

  it('runs every time once, at its moment, and none twice', { timeout: 120_000 }, async () => {
    const { clock, random, fired, launch, log } = await createYear()
    const from = clock.now()
    const until = from + 366 * day
    const nodes = [await launch(), await launch()]
    while (clock.now() < until) {
      await clock.advance(Math.min(random.between(1, 12 * 24 * 60) * minute, until - clock.now()))
      // One goes while the other looks on, and comes back at once or a while later.
      await nodes.shift()?.stop()
      if (random.chance(0.5)) await clock.advance(random.between(0, hour))
      nodes.push(await launch())
    }
    await Promise.all(nodes.map((node) => node.stop()))
    const last = clock.now()
    for (const zone of zones) {
      const year = readWallYear(zone, from, last)
      for (const { name, meaning } of yearly.filter(({ timeZone }) => timeZone === zone)) {
        const mine = fired.filter(({ operation: of }) => of === name)
        // The minute in which the year begins comes before the first time.
        const expected = momentsOf(year, meaning).filter((at) => at > from)
        expect({ name, at: mine.map(({ at }) => at) }).toEqual({ name, at: expected })
        expect(mine.filter(({ at, now }) => at !== now)).toEqual([])
      }
    }
    expect(fired.length).toBeGreaterThan(20_000)
    expect(log.lines).toEqual([])
  })
})

/** The jobs that schedules made, oldest first. */
async function scheduledJobs(store: Store): Promise<readonly Job[]> {
  const any = { operation: null, states: null, deadLetter: null, cursor: null }
  const times = { createdAfter: null, createdBefore: null }
  const page = await store.jobs.list({
    tenant: 'default',
    tag: 'schedule',
    limit: 1_000,
    ...any,
    ...times,
  })
  return page.items.toReversed()
}

const timesIn = async (store: Store): Promise<readonly (number | null)[]> =>
  (await scheduledJobs(store)).map(({ scheduledFor }) => scheduledFor)

/** The first full hour after a moment. */
const fullHour = (at: number): number => (Math.floor(at / hour) + 1) * hour

it('runs by itself, and tells the handler which time it is', async () => {
  await using simulation = await createSimulation()
  const { clock, store } = simulation
  const runs = heldRuns()
  const report = scheduled({ run: runs.run, schedule: schedule({ cron: '0 * * * *' }) })
  await simulation.start({ operations: [report] })
  const at = fullHour(clock.now())
  await clock.advance(at - clock.now() - 1)
  expect(runs.attempts).toEqual([])
  await clock.advance(1)
  await promisesDone()
  expect(runs.attempts).toMatchObject([
    {
      input: null,
      job: { tags: ['schedule'], scheduledFor: at, createdAt: at, tenant: 'default' },
    },
  ])
  runs.end(0)
  const [job] = await scheduledJobs(store)
  expect(await store.schedules.list()).toMatchObject([
    { operation: 'render', lastAt: at, lastJob: job?.id, nextAt: at + hour },
  ])
})

describe('after nobody was there for hours', () => {
  test.each([
    ['once', 5.5, [5]],
    ['skip', 5.5, []],
    ['once', 0.5, []],
    // It starts right after the time, which is not missed for that.
    ['skip', 5.001, [5]],
  ] as const)('catchUp %s, %d hours', async (catchUp, hours, expected) => {
    await using simulation = await createSimulation()
    const { clock, store } = simulation
    const report = scheduled({ schedule: schedule({ cron: '0 * * * *', catchUp }) })
    const first = await simulation.start({ operations: [report] })
    const start = fullHour(clock.now())
    await clock.advance(start - clock.now())
    await first.vanish()
    await clock.advance(hours * hour)
    await simulation.start({ operations: [report] })
    await clock.advance(1_000)
    const caughtUp = expected.map((number) => start + number * hour)
    expect(await timesIn(store)).toEqual([start, ...caughtUp])
    const next = fullHour(clock.now())
    await clock.advance(next - clock.now())
    expect(await timesIn(store)).toEqual([start, ...caughtUp, next])
  })
})

it('runs no time twice nor loses one where the store fails and answers get lost', async () => {
  await using simulation = await createSimulation({ loses: () => true })
  const { clock, random, store } = simulation
  const report = scheduled({ schedule: schedule({ cron: '*/5 * * * * *' }) })
  const weather = { faults: 0 }
  const fault = (call: string) => {
    if (!call.startsWith('schedules.')) return null
    return random.chance(weather.faults) ? (random.chance(0.5) ? 'before' : 'after') : null
  }
  const wish = { operations: [report], fault, delayMs: () => random.between(0, 40) }
  await simulation.start(wish)
  await simulation.start(wish)
  weather.faults = 0.3
  const from = Math.floor(clock.now() / 5_000) * 5_000
  await clock.advance(2 * minute)
  weather.faults = 0
  await clock.advance(10_000)
  const times = await timesIn(store)
  const expected = Array.from({ length: times.length }, (_, index) => from + (index + 1) * 5_000)
  expect(times).toEqual(expected)
  expect(times.length).toBe(26)
})

it('follows changed definitions: new times, none any more', async () => {
  await using simulation = await createSimulation()
  const { clock, store } = simulation
  const operations = [scheduled({ schedule: schedule({ cron: '0 * * * *' }) })]
  const node = await simulation.start({ operations })
  operations[0] = scheduled({ schedule: schedule({ cron: '30 * * * *' }) })
  await node.engine.serve()
  const start = fullHour(clock.now())
  await clock.advance(start + 45 * minute - clock.now())
  const half = start - 30 * minute
  expect(await timesIn(store)).toEqual([half, half + hour])
  operations[0] = operation()
  await node.engine.serve()
  await clock.advance(3 * hour)
  expect(await timesIn(store)).toHaveLength(2)
  expect(await node.engine.schedules()).toEqual([])
})

it('leaves times out while the last job runs, where overlap is skip', async () => {
  await using simulation = await createSimulation()
  const { clock, store } = simulation
  const runs = heldRuns()
  const every = schedule({ cron: '*/10 * * * * *', overlap: 'skip' })
  const report = scheduled({ run: runs.run, schedule: every, timeoutMs: hour })
  const node = await simulation.start({ operations: [report] })
  await clock.advance(35_000)
  expect(await timesIn(store)).toHaveLength(1)
  runs.end(0, done())
  await clock.advance(10_000)
  expect(await timesIn(store)).toHaveLength(2)
  expect(node.log.messages('warn')).toEqual([])
})

it('tells of times that were left out in one line a minute, with their count, and not as a warning', async () => {
  await using simulation = await createSimulation()
  const { clock } = simulation
  const every = schedule({ cron: '*/10 * * * * *', overlap: 'skip' })
  const report = scheduled({ run: heldRuns().run, schedule: every, timeoutMs: hour })
  const node = await simulation.start({ operations: [report] })
  await clock.advance(5 * minute)
  const lines = node.log.lines.filter(({ message }) => message.startsWith('a schedule leaves'))
  expect(lines.map(({ level }) => level)).toEqual(['info', 'info', 'info', 'info', 'info'])
  expect(lines.map(({ fields }) => fields)).toMatchObject(
    [1, 5, 6, 6, 6].map((count) => ({ operation: 'render', count })),
  )
})

it('fires nothing once it drains', async () => {
  await using simulation = await createSimulation()
  const { clock, store } = simulation
  const runs = heldRuns()
  const every = schedule({ cron: '* * * * * *' })
  const node = await simulation.start({
    operations: [scheduled({ run: runs.run, schedule: every })],
  })
  await clock.advance(1_000)
  const draining = node.engine.drain(20_000)
  await clock.until(draining, 30_000)
  expect(await timesIn(store)).toHaveLength(1)
})
