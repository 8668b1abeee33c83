import { setTimeout as sleep } from 'node:timers/promises'
import type { Store } from '../../packages/server/src/ports/store.ts'
import { systemClock as clock } from '../../packages/server/src/app/system-clock.ts'
import { retainPage } from '../../packages/server/src/engine/retain.ts'
import { atLeast, versus, type Benchmark } from '../finding.ts'
import { createLatencies } from '../load/latencies.ts'
import { accept, life, openStore, serve, times } from '../store-work.ts'

const finished = 1_000_000
const hour = 3_600_000

/** Whether callers notice that a million jobs are removed. */
export const retention: Benchmark = {
  name: 'retention',
  summary: 'accepts at half speed while 1,000,000 finished jobs are removed',
  async measure({ measuredMs }) {
    const share = Math.min(1, measuredMs / 5_000)
    await using open = await openStore()
    const { store } = open
    await serve(store, { 'no-op': null })
    const jobs = finished * share
    await times(jobs, 512, () => life(store))
    const fullSpeed = await times(jobs / 10, 64, () => accept(store))
    const perSecond = fullSpeed / 2
    const before = await offer(store, perSecond, sleep(measuredMs))
    const removal = removeAll(store, jobs)
    const during = await offer(store, perSecond, removal)
    const { removedPerSecond } = await removal
    const p99 = during.p99Ms / before.p99Ms
    return [
      {
        what: 'accepts at half speed while jobs are removed',
        unit: 'per s',
        ...versus('offered', {
          ours: during.perSecond,
          peer: perSecond,
          ratio: during.perSecond / perSecond,
        }),
        target: atLeast(during.perSecond / perSecond, 0.98),
      },
      {
        what: 'p99 of them',
        unit: 'ms',
        ...versus('nothing removed', { ours: during.p99Ms, peer: before.p99Ms, ratio: p99 }),
        target: { text: '<= 2', reached: p99 <= 2 },
      },
      {
        what: 'jobs removed meanwhile',
        unit: 'per s',
        ours: removedPerSecond,
        peer: null,
        ratio: null,
        target: null,
      },
    ]
  },
}

/** As the engine does it: one small page after the other. */
async function removeAll(store: Store, jobs: number) {
  const started = performance.now()
  let removed = 0
  const keep = { jobsMs: 0, tombstonesMs: hour, eventsMs: hour, deliveriesMs: hour }
  for (let more = true; more;) {
    const page = await retainPage({ store, clock }, keep)
    removed += page.jobs
    more = page.more
  }
  if (removed < jobs) throw new Error(`${removed} jobs were removed of ${jobs}`)
  return { removedPerSecond: removed / ((performance.now() - started) / 1_000) }
}

/** Begins so many a second until the end, however long each takes. */
async function offer(store: Store, perSecond: number, until: Promise<unknown>) {
  const latencies = createLatencies(4_000_000)
  const pending = new Set<Promise<void>>()
  let ended = false
  void until.then(() => (ended = true))
  const started = performance.now()
  let begun = 0
  const begin = (): void => {
    const from = performance.now()
    const one: Promise<void> = accept(store).then(() => {
      latencies.add(performance.now() - from)
      pending.delete(one)
    })
    pending.add(one)
    begun += 1
  }
  while (!ended) {
    const due = ((performance.now() - started) / 1_000) * perSecond
    while (begun < due) begin()
    await sleep(1)
  }
  await Promise.all(pending)
  const seconds = (performance.now() - started) / 1_000
  return { perSecond: latencies.count() / seconds, p99Ms: latencies.percentile(0.99) }
}
