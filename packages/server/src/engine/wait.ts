import type { JobId } from '@buzzer/contract'
import { isOutcome, type Job } from '../core/job.ts'
import { jobTopic } from '../ports/bus.ts'
import type { EngineContext } from './context.ts'
import { findJob, type Asker, type Found } from './find.ts'

/** What ends a wait before its time. */
export type Until = (job: Job) => boolean

export const untilEnd: Until = (job) => isOutcome(job)
export const untilChanged =
  (known: { has(version: number): boolean }): Until =>
  (job) =>
    !known.has(job.version) || isOutcome(job)

/** Hints may be lost, so a waiter also looks by itself this often, in milliseconds. */
const lookMs = 2_000

/** How long to wait, and for what. */
export interface Patience {
  readonly until: Until
  readonly timeoutMs: number
  /** Aborted when the caller went away; the wait then ends with the last look. */
  readonly signal: AbortSignal | null
}

/**
 * Long polling: looks at a job until something holds of it or the time is over.
 *
 * @returns the job as it was at the last look
 */
export async function waitForJob(
  ctx: EngineContext,
  asker: Asker,
  id: JobId,
  { until, timeoutMs, signal }: Patience,
): Promise<Found> {
  const endsAt = ctx.clock.monotonic() + timeoutMs
  // Subscribed before the first look, so that no change falls between the two.
  using hint = createHint(ctx, jobTopic(id), signal)
  for (;;) {
    const found = await findJob(ctx, asker, id)
    const leftMs = endsAt - ctx.clock.monotonic()
    if (found.kind === 'problem' || until(found.job)) return found
    if (leftMs <= 0 || signal?.aborted === true) return found
    await hint.next(Math.min(leftMs, lookMs))
  }
}

export interface Hint extends Disposable {
  /** Resolves at the next hint since the last call, at the abort, or after the time. */
  next(timeoutMs: number): Promise<void>
}

export function createHint(ctx: EngineContext, topic: string, signal: AbortSignal | null): Hint {
  let hinted = false
  let resume: (() => void) | null = null
  const wake = (): void => {
    hinted = true
    resume?.()
  }
  const unsubscribe = ctx.bus.subscribe(topic, wake)
  signal?.addEventListener('abort', wake)
  return {
    async next(timeoutMs) {
      if (!hinted && signal?.aborted !== true) {
        const { promise, resolve } = Promise.withResolvers<void>()
        resume = resolve
        const callOff = ctx.clock.after(timeoutMs, resolve)
        await promise
        callOff()
        resume = null
      }
      hinted = false
    },
    [Symbol.dispose]() {
      unsubscribe()
      signal?.removeEventListener('abort', wake)
    },
  }
}
