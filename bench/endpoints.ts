import type { NewWebhook } from '@buzzer/contract'
import type { Store } from '../packages/server/src/ports/store.ts'
import { startBuzzer, submission } from './buzzer.ts'
import {
  atLeast,
  compare,
  inRounds,
  versus,
  type Benchmark,
  type Finding,
  type Pace,
} from './finding.ts'
import { runLoad } from './load/run.ts'
import { life, openStore, serve, times } from './store-work.ts'
import { createWebhooks } from './webhooks/create-webhooks.ts'
import { storeEndpoints } from './webhooks/store-endpoints.ts'

const count = 1_000
const flights = 64
/** The two differ by little, so that many short rounds say more than a few long ones. */
const roundsEach = 5

/** Whether a job costs more where many wait to hear of its end; fan-out has a cursor of its own. */
export const endpoints: Benchmark = {
  name: 'endpoints',
  summary: `completing a job with ${count.toLocaleString('en-US')} webhooks, against none`,
  measure: async (pace) => [await measureLives(pace), await measureLone(pace)],
}

const name = 'none'

/** In the store alone: all of them want to hear of exactly this operation, and nobody fans out. */
async function measureLives({ rounds: asked, measuredMs }: Pace): Promise<Finding> {
  await using without = await openStore()
  await using watched = await openStore()
  await storeEndpoints(watched.store, count, ['operations/no-op'])
  const jobs = Math.round(measuredMs * 4)
  const livesIn = async (store: Store): Promise<number> => {
    await serve(store, { 'no-op': null })
    return await times(jobs, flights, () => life(store))
  }
  // The first jobs of a store are slower than all that come after them.
  for (const { store } of [without, watched]) await livesIn(store)
  const rounds = await inRounds(
    asked * roundsEach,
    () => livesIn(without.store),
    () => livesIn(watched.store),
  )
  const lives = compare(rounds, (perSecond) => perSecond)
  return {
    what: 'whole lives in the store, all webhooks for this operation',
    unit: 'per s',
    ...versus(name, lives),
    target: atLeast(lives.ratio, 0.9),
  }
}

/** Over HTTP, by a caller who waits: all of them want to hear of something else. */
async function measureLone({ rounds: asked, warmUpMs, measuredMs }: Pace): Promise<Finding> {
  await using without = await startBuzzer()
  await using watched = await startBuzzer()
  await createWebhooks(watched, Array.from({ length: count }, elsewhere))
  const load = (port: number) =>
    runLoad({
      ...submission,
      headers: { ...submission.headers, Prefer: 'wait=10' },
      port,
      connections: 1,
      distinctKeys: false,
      expectStatus: 200,
      warmUpMs,
      measuredMs,
    })
  const rounds = await inRounds(
    asked,
    () => load(without.port),
    () => load(watched.port),
  )
  const half = compare(rounds, ({ p50Ms }) => p50Ms)
  return {
    what: 'a lone call, submit to result, webhooks for other channels: p50',
    unit: 'ms',
    ...versus(name, half),
    target: { text: '<= 1.1', reached: half.ratio <= 1.1 },
  }
}

const elsewhere = (_: unknown, index: number): NewWebhook => ({
  url: `http://127.0.0.1:1/${index}`,
  channels: [`quotes.S${index}`],
})
