import { createIdSource, type JobId } from '@buzzer/contract'
import { createSealer } from '../../auth/seal.ts'
import { createMemoryBus } from '../../bus/memory/memory-bus.ts'
import { defaultAdmission, type AdmissionPolicy } from '../../core/admission.ts'
import { isOutcome, type Job } from '../../core/job.ts'
import { createEventWriter } from '../../gateway/event-writer.ts'
import type { Bus } from '../../ports/bus.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Channel, Operation } from '../../ports/catalog.ts'
import type { Sealer } from '../../ports/sealer.ts'
import { StoreUnavailable, type Retention, type Shares, type Store } from '../../ports/store.ts'
import { openInlineSqliteStore } from '../../store/sqlite/testing/inline.ts'
import { createCronTimetables } from '../../timetable/cron-timetables.ts'
import type { Submission } from '../accept.ts'
import { createEngine, type Engine } from '../engine.ts'
import { catalogOf, json } from './operations.ts'
import {
  createRecordingLog,
  createRecordingTelemetry,
  type RecordingLog,
  type RecordingTelemetry,
} from './recording.ts'
import { createReceivers, type Receivers } from './receivers.ts'
import { createSeededRandom, type SeededRandom } from './seeded-random.ts'
import { createVirtualClock, promisesDone, type VirtualClock } from './virtual-clock.ts'
import { wrapStore, type Around } from './wrapped-store.ts'

export const asker = { tenant: 'default' }

const hourMs = 3_600_000
const retention: Retention = {
  jobsMs: 24 * hourMs,
  tombstonesMs: 48 * hourMs,
  eventsMs: 24 * hourMs,
  deliveriesMs: 24 * hourMs,
}

/** What goes wrong with one call of the store; `after` is a commit whose answer is lost. */
export type Fault = 'before' | 'after' | null

interface NodeWish {
  readonly operations: readonly Operation[]
  readonly channels?: readonly Channel[]
  readonly slots?: number
  readonly name?: string
  readonly retention?: Retention
  readonly admission?: AdmissionPolicy
  readonly busyShare?: () => number
  readonly shares?: Shares
  readonly deadLetterAlert?: number
  /** Another key than the others have. */
  readonly sealer?: Sealer
  /** Where its deliveries go; by default all are taken. */
  readonly receivers?: Receivers
  /** Asked before each call of the store; the name is as `leases.claim`. */
  readonly fault?: (call: string) => Fault
  /** How long a call is on its way to the store, and so the answer back. */
  readonly delayMs?: (call: string) => number
}

/** One process of the system: an engine with its own view of time, store and bus. */
export interface Node {
  readonly name: string
  readonly engine: Engine
  readonly log: RecordingLog
  readonly telemetry: RecordingTelemetry
  /** From now on these are its channels; `engine.serve()` says so. */
  declare(channels: readonly Channel[]): void
  /** As `kill -9`: no timer, no answer and no hint reaches it any more, and its leases end. */
  vanish(): Promise<void>
}

/** Several nodes on one store, in virtual time and under one seed. */
export interface Simulation extends AsyncDisposable {
  readonly clock: VirtualClock
  readonly random: SeededRandom
  readonly bus: Bus
  /** Without faults and delays. */
  readonly store: Store
  /** A node that does not run yet: `engine.start()` begins. */
  node(wish: NodeWish): Node
  /** The same, started. */
  start(wish: NodeWish): Promise<Node>
  job(id: JobId): Promise<Job>
  /** Moves on until the job has ended. */
  outcome(id: JobId, withinMs?: number): Promise<Job>
}

export interface SimulationWish {
  readonly seed?: number
  /** Says of each hint whether it gets lost. */
  readonly loses?: (topic: string) => boolean
  /** Where the data lies, for reading it afterwards; in memory where it is not said. */
  readonly folder?: string
  /** Stands between the store and all nodes, where nothing has gone wrong yet. */
  readonly around?: Around
  readonly clock?: VirtualClock
}

export async function createSimulation(wish: SimulationWish = {}): Promise<Simulation> {
  const clock = wish.clock ?? createVirtualClock()
  const random = createSeededRandom(wish.seed ?? 1)
  const folder = wish.folder ?? ':memory:'
  const store = await openInlineSqliteStore({ folder, clock, random })
  const witnessed = wish.around === undefined ? store : wrapStore(store, wish.around)
  const memory = createMemoryBus()
  const bus: Bus = {
    publish: (topic) => (wish.loses?.(topic) === true ? undefined : memory.publish(topic)),
    subscribe: memory.subscribe,
    [Symbol.asyncDispose]: () => memory[Symbol.asyncDispose](),
  }
  const ids = createIdSource(clock.now, random.bytes)
  const shared = { clock, random, bus, store, ids }
  let nodes = 0
  const node = (nodeWish: NodeWish): Node => {
    nodes += 1
    return createNode({ ...shared, store: witnessed }, { name: `node-${nodes}`, ...nodeWish })
  }
  const job = async (id: JobId): Promise<Job> => {
    const found = await store.jobs.read(id)
    if (found.kind !== 'found') throw new Error(`${id} is ${found.kind}.`)
    return found.job
  }
  return {
    ...shared,
    node,
    async start(nodeWish) {
      const started = node(nodeWish)
      await clock.until(started.engine.start())
      return started
    },
    job,
    async outcome(id, withinMs = 600_000) {
      const endsAt = clock.now() + withinMs
      for (let seen = await job(id); ; seen = await job(id)) {
        if (isOutcome(seen)) return seen
        if (clock.now() >= endsAt) throw new Error(`${id} is still ${seen.state}.`)
        await clock.advance(50)
      }
    },
    [Symbol.asyncDispose]: () => store[Symbol.asyncDispose](),
  }
}

type Shared = Pick<Simulation, 'clock' | 'random' | 'bus' | 'store'> & {
  readonly ids: ReturnType<typeof createIdSource>
}

function createNode(shared: Shared, wish: NodeWish & { readonly name: string }): Node {
  const life = createLife()
  const log = createRecordingLog()
  const telemetry = createRecordingTelemetry()
  const clock = life.clock(shared.clock)
  const catalog = catalogOf(wish.operations, wish.channels)
  const engine = createEngine({
    store: storeOf(shared, wish, life),
    bus: life.bus(shared.bus),
    clock,
    soon: (callback) => void clock.after(0, callback),
    random: shared.random,
    ids: shared.ids,
    catalog,
    log,
    telemetry,
    tracing: null,
    node: wish.name,
    slots: wish.slots ?? 4,
    retention: wish.retention ?? retention,
    admissionBounds: wish.admission ?? defaultAdmission,
    busyShare: wish.busyShare ?? (() => 0),
    shares: wish.shares ?? {},
    timetables: createCronTimetables(),
    deadLetterAlert: wish.deadLetterAlert ?? 0,
    sealer: wish.sealer ?? createSealer(new Uint8Array(32), 'webhooks'),
    deliveryChannel: wish.receivers ?? createReceivers(clock),
    handshake: { ask: () => Promise.resolve({ kind: 'granted', ratePerMinute: null }) },
    write: createEventWriter(() => 'http://buzzer.test'),
  })
  return {
    name: wish.name,
    engine,
    log,
    telemetry,
    declare: catalog.declare,
    async vanish() {
      life.end()
      // The store renews what a node holds while it serves; a process that died does not.
      await shared.store.leases.serve(wish.name, [])
      await promisesDone()
    },
  }
}

function storeOf({ clock, store }: Shared, wish: NodeWish, life: Life): Store {
  const way = async (call: string): Promise<void> => {
    const delayMs = wish.delayMs?.(call) ?? 0
    if (delayMs > 0) await new Promise<void>((resolve) => void clock.after(delayMs, resolve))
    if (life.over) await new Promise(() => {})
  }
  return wrapStore(store, async (name, call) => {
    const fault = wish.fault?.(name) ?? null
    await way(name)
    if (fault === 'before') throw new StoreUnavailable(`${name}: the store is away.`)
    const answer = await call()
    await way(name)
    if (fault === 'after') throw new StoreUnavailable(`${name}: its answer got lost.`)
    return answer
  })
}

interface Life {
  readonly over: boolean
  end(): void
  clock(clock: Clock): Clock
  bus(bus: Bus): Bus
}

/** What reaches a node reaches it only while it lives. */
function createLife(): Life {
  let over = false
  const whileAlive = (callback: () => void) => (): void => {
    if (!over) callback()
  }
  return {
    get over() {
      return over
    },
    end() {
      over = true
    },
    clock: (clock) => ({
      now: clock.now,
      monotonic: clock.monotonic,
      after: (delayMs, callback) => clock.after(delayMs, whileAlive(callback)),
    }),
    bus: (bus) => ({
      publish: (topic) => (over ? undefined : bus.publish(topic)),
      subscribe: (topic, listener) => bus.subscribe(topic, whileAlive(listener)),
      async [Symbol.asyncDispose]() {},
    }),
  }
}

/** A call of an operation with a small JSON input. */
export const submission = (of: Operation, wish: Partial<Submission> = {}): Submission => ({
  ...asker,
  client: null,
  operation: of,
  input: { mediaType: 'application/json', body: json({ pages: 3 }), request: null },
  priority: 4,
  key: null,
  tags: [],
  callback: null,
  trace: null,
  notBefore: null,
  deadlineAt: null,
  idempotency: null,
  ...wish,
})

/** @returns the job as it was accepted */
export async function submit(
  { engine }: Pick<Node, 'engine'>,
  of: Operation,
  wish: Partial<Submission> = {},
): Promise<Job> {
  const accepted = await engine.accept(submission(of, wish))
  if (accepted.kind === 'refused') throw new Error(accepted.problem.detail)
  return accepted.job
}
