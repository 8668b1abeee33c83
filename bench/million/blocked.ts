import type { Store } from '../../packages/server/src/ports/store.ts'
import { atLeast, compare, inRounds, versus, type Benchmark } from '../finding.ts'
import { accept, openStore, serve, times } from '../store-work.ts'
import { measureClaims } from './full-store.ts'

const blocked = 900_000

/** Whether jobs that cannot run now stand in the way of those that can. */
export const blockedJobs: Benchmark = {
  name: 'blocked',
  summary: `claims beside ${blocked / 1_000},000 jobs that one key or one full operation holds back`,
  async measure({ rounds: count, measuredMs }) {
    const share = Math.min(1, measuredMs / 5_000)
    await using store = await openStore()
    await using other = await openStore()
    await using none = await openStore()
    await fill(store.store, blocked * share, { operation: 'held-back', key: 'one' })
    await fill(other.store, blocked * share, { operation: 'full' })
    await fill(none.store, 0, {})
    const jobs = Math.round(40_000 * share)
    const name = 'none beside them'
    const byKey = compare(await against(none.store, store.store, count, jobs), identity)
    const byOperation = compare(await against(none.store, other.store, count, jobs), identity)
    return [
      {
        what: 'claims beside jobs blocked by one key',
        unit: 'per s',
        ...versus(name, byKey),
        target: atLeast(byKey.ratio, 0.85),
      },
      {
        what: 'claims beside jobs of one full operation',
        unit: 'per s',
        ...versus(name, byOperation),
        target: atLeast(byOperation.ratio, 0.85),
      },
    ]
  },
}

const identity = (perSecond: number): number => perSecond

/** One of them runs and stays so; the rest waits behind it. */
async function fill(store: Store, count: number, wish: Parameters<typeof accept>[1]) {
  await serve(store, { 'no-op': null, 'held-back': null, 'full': 1 })
  if (count === 0) return
  await accept(store, { ...wish, claimed: true })
  await times(count, 512, () => accept(store, wish))
}

const against = (none: Store, beside: Store, count: number, jobs: number) =>
  inRounds(
    count,
    () => claims(none, jobs),
    () => claims(beside, jobs),
  )

async function claims(store: Store, jobs: number): Promise<number> {
  await times(jobs, 512, () => accept(store))
  return await measureClaims(store, jobs)
}
