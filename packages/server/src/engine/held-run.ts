import type { Running, Trace } from '../core/job.ts'
import { attemptEndsAt } from '../core/lease.ts'
import type { Input } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'
import type { Blobs } from '../ports/blobs.ts'
import type { Attempt, PublishAnswer, RunOutcome } from '../ports/runner.ts'
import type { RunSpan } from '../ports/tracing.ts'
import { publishFrom } from './channels/publish-from.ts'
import type { EngineContext } from './context.ts'
import type { Ending } from './ending.ts'
import type { HeldAttempt, StopReason } from './held.ts'
import { createNotes, type Notes } from './note.ts'

/** A claimed job on its way to a runner. */
export interface Work {
  readonly job: Running
  readonly input: Input | null
  /** The input as its edge has parsed it already; undefined for not. */
  readonly value?: unknown
  /** Since when it could have run; null where nobody knows. */
  readonly dueAt: Millis | null
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
 * One attempt while it runs: what its runner sees of it, and how it is stopped. A class, because
 * one is made for every attempt, and what most attempts do not use (a signal, notes) is made when
 * it is asked for.
 */
export class HeldRun implements Attempt, HeldAttempt {
  readonly job: Running
  readonly input: Input | null
  readonly value: unknown
  /** Null where nothing is traced. */
  readonly span: RunSpan | null
  /** Resolves when the runner ended, or its grace after a stop is over. */
  readonly ended: Promise<Ending>
  readonly #ctx: EngineContext
  readonly #resolve: (ending: Ending) => void
  #notes: Notes | null = null
  #controller: AbortController | null = null
  #stopped: StopReason | null = null
  #closed = false
  #callOff: () => void

  constructor(ctx: EngineContext, { job, input, value, dueAt }: Work) {
    const { promise, resolve } = Promise.withResolvers<Ending>()
    this.job = job
    this.input = input
    this.value = value
    this.span = ctx.tracing?.run(job, dueAt) ?? null
    this.ended = promise
    this.#ctx = ctx
    this.#resolve = resolve
    const leftMs = Math.max(0, attemptEndsAt(job) - ctx.clock.now())
    this.#callOff = ctx.clock.after(leftMs, () => this.stop('timeout'))
  }

  get trace(): Trace | null {
    return this.span === null ? this.job.trace : this.span.trace
  }

  get signal(): AbortSignal {
    this.#controller ??= new AbortController()
    if (this.#stopped !== null) this.#controller.abort(stopError(this.#stopped))
    return this.#controller.signal
  }

  get blobs(): Blobs {
    return this.#ctx.store.blobs
  }

  get maxResultBytes(): number | null {
    return this.#ctx.catalog.operation(this.job.operation)?.policies.limits.resultBytes ?? null
  }

  async progress(percent: number | null, message: string | null): Promise<void> {
    await this.#openNotes()?.progress(percent, message)
  }

  async output(piece: unknown): Promise<void> {
    await this.#openNotes()?.output(piece)
  }

  publish(channel: string, event: unknown): Promise<PublishAnswer> {
    return publishFrom(this.#ctx, this.job, this.trace, channel, event)
  }

  /** The runner ended, or was given up. */
  end(outcome: RunOutcome | null): void {
    this.#callOff()
    this.#resolve({ job: this.job, trace: this.trace, outcome, stopped: this.#stopped })
  }

  stop(reason: StopReason): void {
    if (this.#stopped !== null) return
    this.#stopped = reason
    this.#callOff()
    this.#controller?.abort(stopError(reason))
    this.#callOff = this.#ctx.clock.after(graceMs[reason], () => this.end(null))
  }

  /** Writes what was said and not written yet, if anything was. @returns the job as it is then */
  closeNotes(): Running | Promise<Running> {
    const notes = this.#notes
    this.#closed = true
    return notes === null ? this.job : notes.close()
  }

  /** @returns null where it is too late to say anything */
  #openNotes(): Notes | null {
    if (this.#closed) return this.#notes
    this.#notes ??= createNotes(this.#ctx, this.job)
    return this.#notes
  }
}

const stopError = (reason: StopReason): DOMException =>
  new DOMException(`The attempt was stopped: ${reason}`, 'AbortError')
