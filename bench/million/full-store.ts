import type { Running } from '../../packages/server/src/core/job.ts'
import type { Store } from '../../packages/server/src/ports/store.ts'
import { startBuzzer, submission } from '../buzzer.ts'
import { alone, atLeast, below, compare, inRounds, versus, type Benchmark } from '../finding.ts'
import { runLoad } from '../load/run.ts'
import { accept, life, node, openStore, serve, settle, times } from '../store-work.ts'

const finished = 1_000_000
const queued = 100_000
const flights = 64
/** As many as a node with free slots takes at once. */
const claimPage = 64

/** Whether a store that holds a million jobs is as fast, and as small in memory, as an empty one. */
export const fullStore: Benchmark = {
  name: 'full-store',
  summary: `with ${millions(finished)} finished and ${queued / 1_000},000 queued jobs, against an empty store`,
  async measure({ rounds: count, measuredMs }) {
    const share = Math.min(1, measuredMs / 5_000)
    await using full = await openStore()
    await serve(full.store, { 'no-op': null })
    await times(finished * share, 512, () => life(full.store))
    await times(queued * share, 512, () => accept(full.store))
    const jobs = Math.round(60_000 * share)
    const rounds = await inRounds(
      count,
      async () => {
        await using empty = await openStore()
        await serve(empty.store, { 'no-op': null })
        return await measureStore(empty.store, jobs)
      },
      () => measureStore(full.store, jobs),
    )
    const name = 'an empty store'
    const accepts = compare(rounds, ({ acceptsPerSecond }) => acceptsPerSecond)
    const claims = compare(rounds, ({ claimsPerSecond }) => claimsPerSecond)
    await full.store[Symbol.asyncDispose]()
    const grown = await growth(full.folder)
    return [
      row('accepts into a full store', accepts.ratio, versus(name, accepts)),
      row('claims from a full store', claims.ratio, versus(name, claims)),
      {
        what: 'memory of a server on a full store, above that on an empty one',
        unit: 'MB',
        ...alone(grown),
        target: below(grown, 100, ' MB'),
      },
    ]
  },
}

function millions(count: number): string {
  return `${count / 1_000_000},000,000`
}

const row = (what: string, ratio: number, held: ReturnType<typeof versus>) => ({
  what,
  unit: 'per s',
  ...held,
  target: atLeast(ratio, 0.85),
})

interface Speed {
  readonly acceptsPerSecond: number
  readonly claimsPerSecond: number
}

/** Takes as many as it puts in, so that the store is as full afterwards. */
async function measureStore(store: Store, jobs: number): Promise<Speed> {
  await times(jobs / 10, flights, () => accept(store))
  const acceptsPerSecond = await times(jobs, flights, () => accept(store))
  const claimsPerSecond = await measureClaims(store, jobs)
  return { acceptsPerSecond, claimsPerSecond }
}

/** Claims one page after the other; settles them when the clock has stopped. */
export async function measureClaims(store: Store, jobs: number): Promise<number> {
  const running: Running[] = []
  const started = performance.now()
  while (running.length < jobs) {
    const { claimed } = await store.leases.claim({ node, max: claimPage, except: [] })
    if (claimed.length === 0) throw new Error('There was nothing to claim.')
    for (const { job } of claimed) running.push(job)
  }
  const perSecond = running.length / ((performance.now() - started) / 1_000)
  await times(running.length, 512, async () => {
    const next = running.pop()
    if (next !== undefined) await settle(store, next)
  })
  return perSecond
}

/** The same load on both, in processes of their own. @returns in MB */
async function growth(folder: string): Promise<number> {
  const empty = await memoryUnderLoad()
  const full = await memoryUnderLoad(folder)
  return full - empty
}

async function memoryUnderLoad(data?: string): Promise<number> {
  await using buzzer = await startBuzzer({ slots: 0, ...(data === undefined ? {} : { data }) })
  const plan = { ...submission, port: buzzer.port, connections: flights, distinctKeys: false }
  await runLoad({ ...plan, warmUpMs: 0, measuredMs: 3_000, expectStatus: 202 })
  return await buzzer.memoryMb()
}
