import { newJob } from '../core/job.ts'
import { scheduleTag, stepOf, type NextTime, type Step } from '../core/schedule.ts'
import { defaultTenant } from '../core/scope.ts'
import { formatTime, type Millis } from '../core/time.ts'
import { scheduleTopic, workTopic } from '../ports/bus.ts'
import type { Operation } from '../ports/catalog.ts'
import type { DefinedSchedule, Fire, ScheduledRun, StoredSchedule } from '../ports/schedules.ts'
import type { EngineParts } from './context.ts'
import { createOverlapReport, type OverlapReport } from './overlap-report.ts'
import { scheduledCall } from './scheduled-call.ts'

export type SchedulerContext = Pick<
  EngineParts,
  'store' | 'bus' | 'clock' | 'ids' | 'catalog' | 'log' | 'telemetry' | 'timetables' | 'tracing'
>

/** Runs operations at their times. */
export interface Scheduler {
  /**
   * Makes the stored schedules those of the running definitions; where the store cannot be written
   * now, it is tried again by itself.
   */
  sync(): Promise<void>
  /** Ends it, after the look under way. */
  stop(): Promise<void>
}

/** What a look needs besides. */
interface LookContext extends SchedulerContext {
  readonly overlaps: OverlapReport
}

/** Looks at least this often, in milliseconds: a wall clock may be set, or a hint get lost. */
const lookMs = 60_000
/** The wait after a fault. */
const retryMs = 1_000

/**
 * One timer, to the next time of any schedule. Whether a time has run already is decided by the
 * store alone, so that as many nodes may do this as there are.
 */
export function createScheduler(parts: SchedulerContext, everyMs: number = lookMs): Scheduler {
  const ctx: LookContext = { ...parts, overlaps: createOverlapReport(parts) }
  const since = ctx.clock.now()
  let stopped = false
  let again = false
  /** The definitions have changed, and the store does not know it. */
  let isStale = false
  let lookedAt = since
  let looking: Promise<void> | null = null
  let callOff: () => void = () => {}

  const syncOnce = async (): Promise<void> => {
    const now = ctx.clock.now()
    // The clock was set back: what it said before is no next time any more.
    if (now < lookedAt) isStale = true
    lookedAt = now
    if (!isStale) return
    isStale = false
    try {
      await ctx.store.schedules.sync(definedSchedules(ctx))
    } catch (fault) {
      isStale = true
      throw fault
    }
    ctx.bus.publish(scheduleTopic)
  }

  const look = async (): Promise<void> => {
    let waitMs = 0
    do {
      again = false
      waitMs = Math.min(everyMs, await lookSafely(ctx, since, syncOnce))
    } while (again && !stopped)
    looking = null
    if (!stopped) callOff = ctx.clock.after(waitMs, wake)
  }
  const wake = (): void => {
    callOff()
    again = true
    if (!stopped) looking ??= look()
  }
  const unsubscribe = ctx.bus.subscribe(scheduleTopic, wake)

  return {
    async sync() {
      isStale = true
      wake()
      await looking
    },
    async stop() {
      stopped = true
      unsubscribe()
      callOff()
      await looking
      ctx.overlaps.stop()
    },
  }
}

function definedSchedules(ctx: SchedulerContext): readonly DefinedSchedule[] {
  const now = ctx.clock.now()
  return ctx.catalog.operations().flatMap(({ name, policies: { schedule } }) => {
    const next = schedule === null ? null : nextTimeOf(ctx, schedule)
    if (schedule === null || next === null) return []
    return [{ operation: name, ...schedule, nextAt: next(now) }]
  })
}

/** @returns null where nobody can read its expression, which its definition was checked for */
function nextTimeOf(
  { timetables }: SchedulerContext,
  { cron, timeZone }: { readonly cron: string; readonly timeZone: string },
): NextTime | null {
  const reading = timetables.read(cron, timeZone)
  return reading.kind === 'timetable' ? reading.timetable.next : null
}

/** @returns when to look again, in milliseconds */
async function lookSafely(
  ctx: LookContext,
  since: Millis,
  prepare: () => Promise<void>,
): Promise<number> {
  try {
    await prepare()
    const { schedules, nextAt } = await ctx.store.schedules.due(ctx.clock.now())
    const ahead = await Promise.all(schedules.map((schedule) => catchUp(ctx, schedule, since)))
    const next = Math.min(nextAt ?? Infinity, ...ahead)
    return Math.max(0, next - ctx.clock.now())
  } catch (fault) {
    ctx.log.error({ err: fault }, 'the schedules could not be looked at; it is tried again')
    return retryMs
  }
}

/** Takes one schedule as far as it has come. @returns its next time */
async function catchUp(ctx: LookContext, schedule: StoredSchedule, since: Millis): Promise<Millis> {
  const operation = ctx.catalog.operation(schedule.operation)
  const next = nextTimeOf(ctx, schedule)
  // Another node may know it.
  if (operation === null || next === null) return Infinity
  let { nextAt } = schedule
  while (nextAt !== null) {
    const step = stepOf({ nextAt, now: ctx.clock.now(), since, catchUp: schedule.catchUp }, next)
    if (step.kind === 'wait') return nextAt
    if (!(await take(ctx, operation, schedule, nextAt, step))) return Infinity
    nextAt = step.nextAt
  }
  return Infinity
}

/** @returns false where another node was first, which then goes on */
async function take(
  ctx: LookContext,
  operation: Operation,
  schedule: StoredSchedule,
  expectedNextAt: Millis,
  step: Exclude<Step, { kind: 'wait' }>,
): Promise<boolean> {
  const run = step.kind === 'fire' ? runOf(ctx, operation, schedule, step.at) : null
  const fire: Fire = { operation: operation.name, expectedNextAt, nextAt: step.nextAt, run }
  const { kind } = await ctx.store.schedules.fire(fire)
  if (kind === 'moved') return false
  if (kind === 'fired') {
    ctx.telemetry.accepted(operation.name, 0)
    ctx.bus.publish(workTopic)
  }
  if (step.kind === 'pass')
    ctx.log.warn({ operation: operation.name, at: formatTime(expectedNextAt) }, missed)
  else if (kind === 'overlapped') ctx.overlaps.leftOut(operation.name, step.at)
  return true
}

const missed = 'a schedule missed times while nobody was there, and goes on without them'

function runOf(
  ctx: SchedulerContext,
  operation: Operation,
  { overlap }: StoredSchedule,
  at: Millis,
): ScheduledRun | null {
  const call = scheduledCall(operation)
  if (call.kind === 'needs-input') {
    ctx.log.error({ operation: operation.name, reason: call.detail }, 'a schedule cannot run')
    return null
  }
  const made = jobFor(ctx, operation, at)
  return { at, ...made, input: call.input, unlessRunning: overlap === 'skip' }
}

function jobFor(
  ctx: SchedulerContext,
  { name, policies }: Operation,
  at: Millis,
): Pick<ScheduledRun, 'job' | 'idempotency'> {
  const now = ctx.clock.now()
  // No caller can send such a key, so that none stands for a time of a schedule.
  const key = `\u00A7${scheduleTag} ${formatTime(at)}`
  const requestHash = new TextEncoder().encode(key)
  const order = {
    id: ctx.ids.next('job'),
    tenant: defaultTenant,
    client: null,
    operation: name,
    priority: defaultPriority,
    key: null,
    tags: [scheduleTag],
    trace: ctx.tracing?.schedule(name) ?? null,
    batch: null,
    createdAt: now,
    deadlineAt: null,
    maxAttempts: policies.retry.attempts,
    scheduledFor: at,
  }
  return {
    job: newJob(order, now),
    idempotency: { key, requestHash, expiresAt: now + policies.idempotency.windowMs },
  }
}

const defaultPriority = 4
