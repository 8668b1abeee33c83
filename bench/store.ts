import type { Store } from '../packages/server/src/ports/store.ts'
import { accept, life, openStore, randomKey, serve } from './store-work.ts'

/**
 * What the embedded store does through its port alone, on disk with fsync: accepts, accepts with a
 * new idempotency key each, and whole lives (accepted as already claimed, then succeeded).
 *
 *     node bench/store.ts [seconds for each figure, default 2]
 */

const seconds = Number(process.argv[2] ?? 2)
const works: Readonly<Record<string, (store: Store) => Promise<unknown>>> = {
  'accepts': (store) => accept(store),
  'accepts with keys': (store) => accept(store, { idempotencyKey: randomKey() }),
  'whole lives': life,
}

interface Figure {
  readonly perSecond: number
  /** The share of one core that this thread spent. */
  readonly mainShare: number
  readonly p99Ms: number
}

async function measure(work: (store: Store) => Promise<unknown>, flights: number): Promise<Figure> {
  await using open = await openStore()
  const { store } = open
  await serve(store, { 'no-op': null })
  await run(store, work, flights, seconds / 4)
  return await run(store, work, flights, seconds)
}

async function run(
  store: Store,
  work: (store: Store) => Promise<unknown>,
  flights: number,
  forSeconds: number,
): Promise<Figure> {
  const started = performance.now()
  const cpu = process.threadCpuUsage()
  const ends = started + forSeconds * 1_000
  const latencies: number[] = []
  const fly = async (): Promise<void> => {
    for (let from = performance.now(); from < ends;) {
      await work(store)
      const now = performance.now()
      latencies.push(now - from)
      from = now
    }
  }
  await Promise.all(Array.from({ length: flights }, fly))
  const took = performance.now() - started
  const used = process.threadCpuUsage(cpu)
  const sorted = latencies.toSorted((a, b) => a - b)
  return {
    perSecond: (latencies.length / took) * 1_000,
    mainShare: (used.user + used.system) / 1_000 / took,
    p99Ms: sorted[Math.floor(sorted.length * 0.99)] ?? 0,
  }
}

const print = (line: string): void => void process.stdout.write(`${line}\n`)

print(`${'in flight'.padEnd(12)}${'work'.padEnd(20)}per second   p99 ms   main thread`)
for (const flights of [64, 256]) {
  for (const [name, work] of Object.entries(works)) {
    const { perSecond, mainShare, p99Ms } = await measure(work, flights)
    const figures = [
      Math.round(perSecond).toString().padStart(10),
      p99Ms.toFixed(1).padStart(8),
      `${Math.round(mainShare * 100)}%`.padStart(12),
    ]
    print(`${String(flights).padEnd(12)}${name.padEnd(20)}${figures.join(' ')}`)
  }
}
