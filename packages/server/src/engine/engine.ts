import type { JobId, Problem } from '@buzzer/contract'
import type { Job } from '../core/job.ts'
import type { Result } from '../core/payload.ts'
import type { Blobs } from '../ports/blobs.ts'
import type { StoredSchedule } from '../ports/schedules.ts'
import type { Depth, JobQuery, Page } from '../ports/store.ts'
import { accept, type Accepted, type Submission } from './accept.ts'
import { createAdmission, type Admission } from './admission.ts'
import { createAlerter } from './alert.ts'
import { createBatchEngine, type BatchEngine } from './batches.ts'
import { createChannelEngine, type ChannelEngine } from './channels/channels.ts'
import { createOffsets } from './channels/offsets.ts'
import { createPresence } from './channels/presence.ts'
import { createTails } from './channels/tails.ts'
import { tellPage } from './channels/tell.ts'
import { createClaimer } from './claim.ts'
import type { EngineContext, EngineParts } from './context.ts'
import { createDeadLetterEngine, type DeadLetterEngine } from './dead-letters.ts'
import { createDispatcher } from './dispatch/dispatcher.ts'
import { createDropper } from './dispatch/drop.ts'
import { drain } from './drain.ts'
import { createFanOut } from './fan-out/fan-out.ts'
import { finishJob, type FinishAnswer, type FinishOrder } from './finish.ts'
import { findJob, type Asker, type Found } from './find.ts'
import { createHeld } from './held.ts'
import { createInspector } from './inspect.ts'
import { createPressure } from './pressure.ts'
import { createReconciler } from './reconcile.ts'
import { createRescuer } from './rescue.ts'
import { createRetainer } from './retain.ts'
import { createScheduler, type Scheduler } from './schedule.ts'
import { createSlots } from './slots.ts'
import { createSweeper } from './sweep.ts'
import { cancelJob, eraseJob, retryJob, type SteerAnswer } from './steer.ts'
import type { JobView } from '../core/job-view.ts'
import { viewJob, viewNew } from './view.ts'
import { createSubscribers } from './webhooks/subscribers.ts'
import { createWebhookEngine, type WebhookEngine } from './webhooks/webhooks.ts'
import { waitForJob, type Patience } from './wait.ts'
import type { JobEvent } from './job-event.ts'
import { watchJob } from './watch.ts'

/** What the edges call. Every method throws StoreUnavailable where nobody can say. */
export interface Engine {
  /** Asked before a call is read; `accept` itself refuses nothing for load. */
  readonly admission: Pick<Admission, 'isOpen' | 'refusal'>
  accept(submission: Submission): Promise<Accepted>
  find(asker: Asker, id: JobId): Promise<Found>
  wait(asker: Asker, id: JobId, patience: Patience): Promise<Found>
  watch(job: Job, since: number, signal: AbortSignal): AsyncGenerator<JobEvent>
  view(job: Job): Promise<JobView>
  /** The same for a job that was accepted this moment, mostly without a look into the store. */
  viewNew(job: Job): JobView | Promise<JobView>
  result(id: JobId): Promise<Result | null>
  /** Bodies that lie apart from their jobs. */
  readonly blobs: Pick<Blobs, 'has' | 'read' | 'write' | 'remove'>
  readonly batches: BatchEngine
  readonly deadLetters: DeadLetterEngine
  readonly channels: ChannelEngine
  readonly webhooks: WebhookEngine
  list(query: JobQuery): Promise<Page<Job>>
  cancel(asker: Asker, id: JobId): Promise<SteerAnswer>
  retry(asker: Asker, id: JobId): Promise<SteerAnswer>
  erase(asker: Asker, id: JobId): Promise<Problem | null>
  /** Ends a run by the word of what it started outside. */
  finish(order: FinishOrder): Promise<FinishAnswer>
  depths(): Promise<readonly Depth[]>
  /** The operations that run by themselves. */
  schedules(): Promise<readonly StoredSchedule[]>
  /** Fails where the store cannot be written. */
  ping(): Promise<void>
  /** The operations whose attempts this node runs now. */
  runningOperations(): readonly string[]
  /** Attempts that this node runs now, and how many it can. */
  slots(): { readonly busy: number; readonly all: number }
  /** Starts to claim and to keep house. */
  start(): Promise<void>
  /** Says what this node runs, after the catalog changed. */
  serve(): Promise<void>
  /** Stops claiming, lets attempts end, gives the rest back; idempotent. */
  drain(withinMs: number): Promise<void>
}

export function createEngine(parts: EngineParts): Engine {
  const pressure = createPressure(parts.clock)
  const admission = createAdmission(parts, pressure)
  const shared = {
    ...parts,
    pressure,
    admission,
    free: createSlots(parts.slots, () => claimer?.slotFree()),
    held: createHeld(),
    offsets: createOffsets(parts),
  }
  const ctx: EngineContext = {
    ...shared,
    tails: createTails({ ...shared, tell: (page) => tellPage(ctx, page) }),
    subscribers: createSubscribers(shared),
    get dispatch() {
      return dispatch
    },
  }
  const dispatch = createDispatcher(ctx)
  const presence = createPresence(ctx)
  let claimer: ReturnType<typeof createClaimer> | null = null
  let housekeeping: readonly { stop(): Promise<void> }[] = []
  let scheduler: Scheduler | null = null
  let draining: Promise<void> | null = null

  const stopAll = async (withinMs: number): Promise<void> => {
    const running = drain(ctx, claimer, housekeeping, withinMs)
    await Promise.all([running, dispatch.stop(withinMs)])
    presence.end()
    ctx.subscribers[Symbol.dispose]()
    ctx.tails[Symbol.dispose]()
  }

  return {
    admission,
    accept: (submission) => accept(ctx, submission),
    find: (asker, id) => findJob(ctx, asker, id),
    wait: (...args) => waitForJob(ctx, ...args),
    watch: (...args) => watchJob(ctx, ...args),
    view: (job) => viewJob(ctx, job),
    viewNew: (job) => viewNew(ctx, job),
    result: (id) => ctx.store.payloads.result(id),
    blobs: ctx.store.blobs,
    batches: createBatchEngine(ctx),
    deadLetters: createDeadLetterEngine(ctx),
    channels: createChannelEngine(ctx, presence),
    webhooks: createWebhookEngine(ctx),
    list: (query) => ctx.store.jobs.list(query),
    cancel: (asker, id) => cancelJob(ctx, asker, id),
    retry: (asker, id) => retryJob(ctx, asker, id),
    erase: (asker, id) => eraseJob(ctx, asker, id),
    finish: (order) => finishJob(ctx, order),
    depths: () => ctx.store.upkeep.depths(),
    ping: () => ctx.store.upkeep.ping(),
    runningOperations: () => ctx.held.operations(),
    slots: () => ({ busy: ctx.held.count, all: parts.slots }),
    schedules: () => ctx.store.schedules.list(),
    async serve() {
      ctx.tails.revise()
      await serve(ctx)
      await scheduler?.sync()
    },
    async start() {
      await serve(ctx)
      if (draining !== null) return
      await ctx.admission.look()
      // What cannot be read now is read with the first page of the fan-out, and by each look.
      await ctx.subscribers.atLeast(0).catch(unread(ctx))
      dispatch.start()
      claimer = createClaimer(ctx)
      claimer.wake()
      scheduler = createScheduler(ctx)
      housekeeping = [
        createInspector(ctx),
        createRescuer(ctx),
        createRetainer(ctx),
        createSweeper(ctx),
        createReconciler(ctx),
        createAlerter(ctx),
        ctx.admission,
        scheduler,
        createFanOut(ctx),
        createDropper(ctx),
      ]
      await scheduler.sync()
    },
    drain(withinMs) {
      // What comes due from now on is for others, or for the next start.
      void scheduler?.stop()
      draining ??= stopAll(withinMs)
      return draining
    },
  }
}

const unread =
  ({ log }: EngineContext) =>
  (fault: unknown): void =>
    log.warn({ err: fault }, 'the webhooks are not read yet; it is tried again')

const serve = (ctx: EngineContext): Promise<void> =>
  ctx.store.leases.serve(
    ctx.node,
    ctx.catalog.operations().map(({ name, policies }) => ({
      operation: name,
      leaseMs: policies.leaseMs,
      timeoutMs: policies.timeoutMs,
      concurrency: policies.concurrency,
    })),
    ctx.shares,
  )
