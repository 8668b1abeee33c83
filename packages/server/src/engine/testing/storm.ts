import type { JobId } from '@buzzer/contract'
import type { Job } from '../../core/job.ts'
import type { Operation } from '../../ports/catalog.ts'
import type { Submission } from '../accept.ts'
import { done, failed, operation, untilAborted, type Run } from './operations.ts'
import {
  asker,
  createSimulation,
  submit,
  type Fault,
  type Node,
  type Simulation,
} from './simulation.ts'
import type { SeededRandom } from './seeded-random.ts'
import { createVirtualClock } from './virtual-clock.ts'
import { createWitness, type Witness } from './witness.ts'

/** All that can go wrong at once, under one seed, and then calm, in which all has to end. */
export interface Storm extends AsyncDisposable {
  readonly simulation: Simulation
  readonly witness: Witness
  /** The nodes that were there, vanished ones too. */
  readonly nodes: readonly Node[]
  /** Jobs whose acceptance was answered; each has to be there in the end. */
  readonly answered: readonly JobId[]
  /** What each attempt put out, by job and fence. */
  readonly said: ReadonlyMap<string, readonly string[]>
  /** The most attempts that a node ran at once. */
  readonly mostAtOnce: number
}

const stormMs = 12_000
export const slots = 3
const jobCount = 24
const retry = { attempts: 3, delayMs: 200, factor: 2, maxDelayMs: 1_000 }
const policies = { retry, timeoutMs: 2_000, leaseMs: 1_500 }
const limits = new Map([['narrow', 2]])
const tenants = ['acme', asker.tenant]

export async function runStorm(seed: number, folder?: string): Promise<Storm> {
  let calm = false
  const weather = { hintsLost: 0, faults: 0 }
  const time = createVirtualClock()
  const witness = createWitness(time, limits)
  const simulation = await createSimulation({
    seed,
    ...(folder === undefined ? {} : { folder }),
    loses: () => simulation.random.chance(weather.hintsLost),
    clock: time,
    around: witness.around,
  })
  const { clock, random } = simulation
  weather.hintsLost = [0, 0.3, 1][random.between(0, 2)] ?? 0
  weather.faults = [0, 0.03, 0.15][random.between(0, 2)] ?? 0
  const sea = createSea(simulation, () => calm)
  const fault = (): Fault =>
    calm || !random.chance(weather.faults) ? null : random.chance(0.5) ? 'before' : 'after'
  const nodes: Node[] = []
  const alive: Node[] = []
  const launch = (): void => {
    const node = simulation.node({
      operations: sea.operationsOf(),
      slots,
      shares: { acme: 2 },
      fault: (call) => (call === 'leases.serve' ? null : fault()),
      delayMs: () => random.between(0, 4),
    })
    nodes.push(node)
    alive.push(node)
    void node.engine.start()
  }
  for (let count = 0; count < 3; count += 1) launch()
  const answered = submitAll(sea, alive)
  steerAll(simulation, alive, answered)
  sinkSome(simulation, alive, launch)
  cutOffSome(simulation, alive)
  await clock.advance(stormMs)
  calm = true
  for (let second = 0; second < 60 && witness.open > 0; second += 1) await clock.advance(1_000)
  return {
    simulation,
    witness,
    nodes,
    answered,
    said: sea.said,
    get mostAtOnce() {
      return sea.mostAtOnce()
    },
    async [Symbol.asyncDispose]() {
      await Promise.all(alive.map(({ engine }) => clock.until(engine.drain(2_000), 2_000)))
      await simulation[Symbol.asyncDispose]()
    },
  }
}

interface Sea {
  readonly simulation: Simulation
  readonly said: Map<string, string[]>
  readonly names: readonly Operation[]
  /** The operations as one node runs them, which counts its own attempts. */
  operationsOf(): readonly Operation[]
  mostAtOnce(): number
}

function createSea(simulation: Simulation, calm: () => boolean): Sea {
  const said = new Map<string, string[]>()
  let most = 0
  const operationsOf = (): readonly Operation[] => {
    let now = 0
    const run: Run = async (attempt) => {
      now += 1
      most = Math.max(most, now)
      const mine: string[] = []
      said.set(`${attempt.job.id} ${attempt.job.fence}`, mine)
      try {
        return await behave(simulation, calm(), mine)(attempt)
      } finally {
        now -= 1
      }
    }
    return [
      operation({ ...policies, name: 'wide', run }),
      operation({ ...policies, name: 'narrow', run, concurrency: 2 }),
    ]
  }
  return { simulation, said, names: operationsOf(), operationsOf, mostAtOnce: () => most }
}

/** What an attempt does this time. */
function behave({ clock, random }: Simulation, calm: boolean, mine: string[]): Run {
  const sleep = (ms: number) => new Promise<void>((end) => void clock.after(ms, end))
  const talk: Run = async (attempt) => {
    // A look goes on with the output of its attempt, which would be hard to foretell.
    if (attempt.job.monitor !== null) return done()
    for (let count = random.between(0, 4); count > 0; count -= 1) {
      mine.push(`${attempt.job.fence}.${count}`)
      void attempt.progress(count, null)
      await attempt.output(mine.at(-1))
      await sleep(random.between(0, 300))
    }
    return done()
  }
  const park: Run = async ({ job }) => {
    if (job.monitor !== null) return done()
    const monitor = { url: 'http://127.0.0.1/', polls: 0, giveUpAt: clock.now() + 60_000 }
    return { kind: 'parked', monitor, dueAt: clock.now() + random.between(0, 1_500) }
  }
  const runaway: Run = async () => {
    await sleep(random.between(4_000, 15_000))
    return done('too late')
  }
  const behaviours: readonly Run[] = [
    async () => done(),
    async () => sleep(random.between(0, 1_500)).then(() => done()),
    talk,
    async () => failed({ retryable: random.chance(0.8) }),
    async () => failed({ begun: false, retryAfterMs: random.between(50, 500) }),
    () => Promise.reject(new Error('It threw.')),
    untilAborted,
    park,
    runaway,
  ]
  const usual = calm || random.chance(0.4)
  return behaviours[usual ? random.between(0, 2) : random.between(0, behaviours.length - 1)] ?? talk
}

function submitAll({ simulation, names }: Sea, alive: readonly Node[]): JobId[] {
  const { clock, random } = simulation
  const answered: JobId[] = []
  const attempt = async (of: Operation, wish: Partial<Submission>): Promise<void> => {
    const node = pick(random, alive)
    if (node === undefined) return
    try {
      answered.push((await submit(node, of, wish)).id)
    } catch {
      // As a client does that got 503: the same again, under the same key.
      if ((wish.idempotency ?? null) !== null) clock.after(100, () => void attempt(of, wish))
    }
  }
  for (let number = 0; number < jobCount; number += 1) {
    clock.after(random.between(0, stormMs * 0.7), () => {
      const now = clock.now()
      void attempt(pick(random, names) ?? (names[0] as Operation), {
        tenant: pick(random, tenants) ?? asker.tenant,
        key: random.chance(0.5) ? `k${random.between(1, 2)}` : null,
        priority: random.between(0, 9),
        notBefore: random.chance(0.3) ? now + random.between(-1_000, 3_000) : null,
        deadlineAt: random.chance(0.15) ? now + random.between(500, 8_000) : null,
        idempotency: random.chance(0.5)
          ? { key: `call-${number}`, requestHash: new Uint8Array(16).fill(number) }
          : null,
      })
    })
  }
  return answered
}

/** Cancels some jobs, and runs failed ones again. */
function steerAll(
  { clock, random }: Simulation,
  alive: readonly Node[],
  ids: readonly JobId[],
): void {
  for (let count = 0; count < jobCount; count += 1) {
    clock.after(random.between(0, stormMs), () => {
      const node = pick(random, alive)
      const id = pick(random, ids)
      if (node === undefined || id === undefined) return
      const steer = random.chance(0.5) ? node.engine.cancel : node.engine.retry
      steer({ tenant: pick(random, tenants) ?? asker.tenant }, id).catch(() => {})
    })
  }
}

/** Some nodes live on but lose all that they hold, and do not hear of it at once. */
function cutOffSome({ clock, random, store }: Simulation, alive: readonly Node[]): void {
  for (let count = random.between(0, 4); count > 0; count -= 1) {
    clock.after(random.between(0, stormMs), () => {
      const node = pick(random, alive)
      if (node === undefined) return
      void store.leases.serve(node.name, [])
      clock.after(random.between(1_500, 4_000), () => {
        if (alive.includes(node)) void node.engine.serve()
      })
    })
  }
}

/** Some nodes vanish, and others take their place. */
function sinkSome({ clock, random }: Simulation, alive: Node[], launch: () => void): void {
  for (let count = random.between(0, 4); count > 0; count -= 1) {
    clock.after(random.between(0, stormMs), () => {
      const node = alive.splice(random.between(0, alive.length - 1), 1)[0]
      void node?.vanish()
      clock.after(random.between(0, 3_000), launch)
    })
  }
}

const pick = <Item>(random: SeededRandom, items: readonly Item[]): Item | undefined =>
  items[random.between(0, items.length - 1)]

export const runOf = ({ id, run }: Pick<Job, 'id' | 'run'>): string => `${id} run ${run}`
