import type { BatchId, JobId } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { batchChannel, batchState } from '../core/batch.ts'
import type { Submission } from './accept.ts'
import { done, failed, operation, untilAborted, type Run } from './testing/operations.ts'
import { createReceivers } from './testing/receivers.ts'
import {
  asker,
  createSimulation,
  submission,
  submit,
  type Simulation,
} from './testing/simulation.ts'

const second = 1_000
const playMs = 14 * second
const calmMs = 60 * second
const retention = {
  jobsMs: 4 * second,
  tombstonesMs: 5 * second,
  eventsMs: 3_600_000,
  deliveriesMs: 3_600_000,
}
const deadLetters = {
  filter: {
    ...asker,
    operation: null,
    code: null,
    group: null,
    tag: null,
    createdAfter: null,
    createdBefore: null,
    ids: null,
  },
  limit: 2,
  signal: new AbortController().signal,
}

/** Everything that ends, erases or opens a job again, at any moment of its life. */
async function play(seed: number) {
  const simulation = await createSimulation({ seed })
  const { clock, random, store } = simulation
  const receivers = createReceivers(clock)
  const operations = operationsOf(simulation)
  const delayMs = (): number => random.between(0, 4)
  const start = () => simulation.start({ operations, slots: 3, receivers, delayMs })
  const nodes = [await start(), await start()]
  const jobs: JobId[] = []
  const batches = new Set<BatchId>()
  const one = <Item>(items: Iterable<Item>): Item => {
    const all = [...items]
    return all[random.between(0, all.length - 1)] as Item
  }
  const engine = () => one(nodes).engine
  const wish = (): Partial<Submission> => ({
    key: random.chance(0.5) ? `k${random.between(1, 2)}` : null,
    notBefore: random.chance(0.3) ? clock.now() + random.between(0, 3 * second) : null,
    deadlineAt: random.chance(0.2) ? clock.now() + random.between(300, 6 * second) : null,
    idempotency: random.chance(0.5)
      ? { key: `call ${random.between(0, 12)}`, requestHash: new Uint8Array(16) }
      : null,
  })
  const callback = { url: 'https://shop.example/', events: 'states', secret: null } as const
  const calls = () => Array.from({ length: 3 }, () => submission(one(operations), wish()))
  const plain = { ...asker, client: null, idempotency: null, callback: null }
  const result = { status: 204, mediaType: null, headers: [], body: new Uint8Array() }
  const acts: readonly (() => Promise<unknown>)[] = [
    async () => jobs.push((await submit(one(nodes), one(operations), { ...wish(), callback })).id),
    async () => jobs.push((await submit(one(nodes), one(operations), wish())).id),
    async () => {
      const accepted = await engine().batches.accept({ ...plain, entries: calls() })
      if (accepted.kind === 'refused') return
      batches.add(accepted.batch.id)
      jobs.push(...accepted.batch.jobs)
    },
    () => engine().cancel(asker, one(jobs)),
    () => engine().retry(asker, one(jobs)),
    () => engine().erase(asker, one(jobs)),
    () => engine().finish({ id: one(jobs), run: 1, outcome: { kind: 'done', result } }),
    () => engine().batches.cancel(asker, one(batches)),
    () => engine().deadLetters.retry({ ...deadLetters, everyMs: 400 }),
    () => engine().deadLetters.discard(deadLetters),
    () => store.upkeep.retain(retention, random.between(1, 20)),
  ]
  for (let count = 0; count < 80; count += 1) {
    clock.after(random.between(0, playMs), () => void one(acts)().catch(() => {}))
  }
  await clock.advance(playMs + calmMs)
  return { simulation, nodes, batches }
}

function operationsOf({ clock, random }: Simulation) {
  const sleep = (ms: number) => new Promise<void>((end) => void clock.after(ms, end))
  const began = clock.now()
  const behaviours: readonly Run[] = [
    async () => done(),
    async () => failed({ retryable: random.chance(0.7) }),
    async () => sleep(random.between(0, 3 * second)).then(() => done()),
    untilAborted,
    async ({ job }) => {
      const giveUpAt = clock.now() + 5 * second
      const monitor = { url: 'http://127.0.0.1/', polls: 0, giveUpAt }
      return job.monitor === null ? { kind: 'parked', monitor, dueAt: giveUpAt } : done()
    },
  ]
  const run: Run = async (attempt) => {
    const isCalm = clock.now() > began + playMs
    return (behaviours[isCalm ? 0 : random.between(0, behaviours.length - 1)] ?? untilAborted)(
      attempt,
    )
  }
  const retry = { attempts: 2, delayMs: 300, factor: 2, maxDelayMs: second }
  const terms = { retry, timeoutMs: 2 * second, leaseMs: 1_500, run }
  return [
    operation({ ...terms, name: 'wide' }),
    operation({ ...terms, name: 'narrow', concurrency: 2 }),
  ]
}

it(
  'keeps its counts and ends whatever is done with jobs and batches at once',
  { timeout: 60_000 },
  async () => {
    const property = fc.asyncProperty(fc.noShrink(fc.integer()), async (seed) => {
      const { simulation, nodes, batches } = await play(seed)
      await using _ = simulation
      const { store } = simulation
      expect(await store.upkeep.audit()).toEqual([])
      for (const depth of await store.upkeep.depths()) {
        expect(depth).toMatchObject({ ready: 0, delayed: 0, blocked: 0, running: 0, parked: 0 })
      }
      let outcomes = 0
      for (const name of ['wide', 'narrow']) {
        outcomes += (await store.events.read(asker.tenant, `operations/${name}`, 0, 1)).last
      }
      const ended = nodes.map(({ telemetry }) => telemetry.count('ended'))
      expect(ended.reduce((sum, count) => sum + count)).toBe(outcomes)
      for (const id of batches) {
        const found = await store.batches.read(id)
        if (found.kind !== 'found') continue
        const { events } = await store.events.read(asker.tenant, batchChannel(id), 0, 1_000)
        expect(events.at(-1)).toMatchObject({
          kind: 'batch-end',
          state: batchState(found.batch.tally),
        })
      }
      expect(nodes.flatMap(({ log }) => log.messages('error'))).toEqual([])
    })
    await fc.assert(property, { numRuns: 12 })
  },
)
