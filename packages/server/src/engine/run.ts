import type { Running } from '../core/job.ts'
import type { Operation } from '../ports/catalog.ts'
import type { RunOutcome } from '../ports/runner.ts'
import type { EngineContext } from './context.ts'
import { attemptError, attemptOutcome } from './ending.ts'
import { hintChange } from './fan-out/hint.ts'
import type { HeldAttempt } from './held.ts'
import { HeldRun, type Work } from './held-run.ts'
import { record } from './record.ts'

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
  const attempt = new HeldRun(ctx, work)
  ctx.held.add(attempt)
  hintChange(ctx, work.job)
  const began = ctx.clock.monotonic()
  const end = (outcome: RunOutcome): void => {
    attempt.end(outcome)
    ctx.free.give()
  }
  const settled = begin(operation, attempt).then(end, (fault: unknown) => end(runnerFailed(fault)))
  const ending = await attempt.ended
  const tookMs = ctx.clock.monotonic() - began
  const outcome = attemptOutcome(ending)
  ctx.telemetry.attempted(operation.name, tookMs, outcome)
  attempt.span?.end(outcome, attemptError(ending))
  try {
    const closing = attempt.closeNotes()
    const job = closing instanceof Promise ? await closing : closing
    await record(ctx, operation, { ...ending, job })
  } finally {
    ctx.held.remove(attempt)
  }
  await settled
}

function begin({ runner }: Operation, attempt: HeldRun): Promise<RunOutcome> {
  try {
    // The span is the active one for all that the attempt does, so that it can have children.
    return attempt.span === null
      ? runner.run(attempt)
      : attempt.span.within(() => runner.run(attempt))
  } catch (fault) {
    return Promise.resolve(runnerFailed(fault))
  }
}

/** A runner that throws is a fault of the runner; the attempt counts as failed. */
function runnerFailed(fault: unknown): RunOutcome {
  const detail = fault instanceof Error ? fault.message : String(fault)
  const error = { code: 'handler-failed', detail } as const
  return { kind: 'failed', error, retryable: true, retryAfterMs: null }
}

/** This node ends, or its operation went away while the job was claimed: others may run it. */
function giveBack(ctx: EngineContext, job: Running): void {
  const held: HeldAttempt = { job, stop() {} }
  ctx.held.add(held)
  ctx.free.give()
  record(ctx, null, { job, trace: job.trace, outcome: null, stopped: 'shutdown' })
    .catch(faulty(ctx, job))
    .finally(() => ctx.held.remove(held))
}
