import type { Running } from '../core/job.ts'
import { attemptEndsAt } from '../core/lease.ts'
import type { Input } from '../core/payload.ts'
import type { Operation } from '../ports/catalog.ts'
import type { Attempt, RunOutcome } from '../ports/runner.ts'
import type { EngineContext } from './context.ts'
import { attemptOutcome, type Ending } from './ending.ts'
import type { HeldAttempt, StopReason } from './held.ts'
import { createNotes, type Notes } from './note.ts'
import { record } from './record.ts'

/** A claimed job on its way to a runner. */
export interface Work {
  readonly job: Running
  readonly input: Input | null
  readonly value?: unknown
}

/** A shutdown has to leave at least this much for the attempts that it stops. */
export const shutdownGraceMs = 1_000

/** How long a runner may take to end by itself after it was told to stop, in milliseconds. */
const graceMs: Readonly<Record<StopReason, number>> = {
  timeout: 250,
  cancel: 5_000,
  lost: 0,
  shutdown: shutdownGraceMs,
}

/**
 * Runs one attempt in a slot that is already taken, and records what became of it. Returns at
 * once. The slot is free again when the runner has really ended: a handler that ignores its signal
 * keeps it, so that runaway handlers stay bounded.
 */
export function runAttempt(ctx: EngineContext, work: Work): void {
  ctx.free.use()
  const operation = ctx.catalog.operation(work.job.operation)
  if (operation === null || ctx.held.stopping) return giveBack(ctx, work.job)
  if (work.job.attempt === 1 && work.job.monitor === null) {
    ctx.telemetry.started(operation.name, ctx.clock.now() - work.job.createdAt)
  }
  attemptOnce(ctx, operation, work).catch(faulty(ctx, work.job))
}

/** Only a fault of ours leads here. The lease ends by itself, so the job is not lost. */
const faulty =
  (ctx: EngineContext, job: Running) =>
  (fault: unknown): void =>
    ctx.log.error({ err: fault, job: job.id }, 'what became of an attempt could not be recorded')

async function attemptOnce(ctx: EngineContext, operation: Operation, work: Work): Promise<void> {
  const notes = createNotes(ctx, work.job)
  const attempt = createAttempt(ctx, work, notes)
  ctx.held.add(attempt.held)
  const began = ctx.clock.monotonic()
  const settled = runSafely(operation, attempt.port).then((outcome) => {
    attempt.end(outcome)
    ctx.free.give()
  })
  const ending = await attempt.ended
  const tookMs = ctx.clock.monotonic() - began
  ctx.telemetry.attempted(operation.name, tookMs, attemptOutcome(ending))
  try {
    const job = await notes.close()
    await record(ctx, operation, { ...ending, job })
  } finally {
    ctx.held.remove(attempt.held)
  }
  await settled
}

/** A runner that throws is a fault of the runner; the attempt counts as failed. */
async function runSafely(operation: Operation, attempt: Attempt): Promise<RunOutcome> {
  try {
    return await operation.runner.run(attempt)
  } catch (fault) {
    const detail = fault instanceof Error ? fault.message : String(fault)
    const error = { code: 'handler-failed', detail }
    return { kind: 'failed', error, retryable: true, retryAfterMs: null }
  }
}

interface AttemptInProgress {
  readonly port: Attempt
  readonly held: HeldAttempt
  /** Resolves when the runner ended, or its grace after a stop is over. */
  readonly ended: Promise<Ending>
  end(outcome: RunOutcome): void
}

function createAttempt(ctx: EngineContext, work: Work, notes: Notes): AttemptInProgress {
  const { job } = work
  let stopped: StopReason | null = null
  // Made only when somebody asks for the signal: most handlers are over before they would.
  let controller: AbortController | null = null
  const { promise, resolve } = Promise.withResolvers<Ending>()
  const end = (outcome: RunOutcome | null): void => {
    timer()
    resolve({ job, outcome, stopped })
  }
  const stop = (reason: StopReason): void => {
    if (stopped !== null) return
    stopped = reason
    timer()
    controller?.abort(stopError(reason))
    timer = ctx.clock.after(graceMs[reason], () => end(null))
  }
  let timer = ctx.clock.after(Math.max(0, attemptEndsAt(job) - ctx.clock.now()), () =>
    stop('timeout'),
  )
  const port: Attempt = {
    job,
    input: work.input,
    ...('value' in work ? { value: work.value } : {}),
    get signal() {
      controller ??= new AbortController()
      if (stopped !== null) controller.abort(stopError(stopped))
      return controller.signal
    },
    progress: notes.progress,
    output: notes.output,
  }
  return { port, held: { job, stop }, ended: promise, end }
}

const stopError = (reason: StopReason): DOMException =>
  new DOMException(`The attempt was stopped: ${reason}`, 'AbortError')

/** This node ends, or its operation went away while the job was claimed: others may run it. */
function giveBack(ctx: EngineContext, job: Running): void {
  const held: HeldAttempt = { job, stop() {} }
  ctx.held.add(held)
  ctx.free.give()
  record(ctx, null, { job, outcome: null, stopped: 'shutdown' })
    .catch(faulty(ctx, job))
    .finally(() => ctx.held.remove(held))
}
