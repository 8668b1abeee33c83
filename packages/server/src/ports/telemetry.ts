import type { FinalState } from '@buzzer/contract'
import type { ShedReason } from '../core/admission.ts'

/**
 * What an attempt came to: `succeeded`; `failed`, whether it is tried again or not; `parked` on
 * something outside; `stopped` by a cancel, a timeout, a deadline or a shutdown; or `lost` with its
 * lease.
 */
export type AttemptOutcome = 'succeeded' | 'failed' | 'parked' | 'stopped' | 'lost'

/**
 * What the engine and the gateway count and measure. Every call is cheap and never throws: none of
 * it may cost a job. Durations are in milliseconds here; what is exposed is in seconds.
 */
export interface Telemetry {
  /** A job was stored. @param tookMs from the command's arrival to its commit */
  accepted(operation: string, tookMs: number): void
  /** A command was answered with the job that its idempotency key stands for. */
  replayed(operation: string): void
  /**
   * A request was answered.
   *
   * @param route its method and the template of its path; one name for all that has no template
   * @param tookMs until the answer's head was known
   */
  answered(route: string, status: number, tookMs: number): void
  /** A request was refused. @param code of the problem, from the error table */
  rejected(code: string): void
  /** A call was refused before it was read, because too much waits already. */
  shed(operation: string, reason: ShedReason): void
  /** A job's first attempt began. @param waitedMs since its acceptance, an asked-for delay included */
  started(operation: string, waitedMs: number): void
  /** An attempt is over. @param tookMs how long it held its slot */
  attempted(operation: string, tookMs: number, outcome: AttemptOutcome): void
  /** A failed attempt was queued again. */
  retried(operation: string): void
  /** An outcome was recorded. @param lifeMs since the job was accepted */
  ended(operation: string, state: FinalState, lifeMs: number): void
  /** A job used up its attempts; told besides its outcome. */
  deadLettered(operation: string): void
  /** A lease ended without a word from its worker, or was lost by this node. */
  leaseLost(operation: string): void
  /** An outcome came after its lease was lost, and changed nothing. */
  lateOutcome(operation: string): void
  /** Events were published. @param channel as it is declared. @param count those that were new */
  published(channel: string, count: number): void
  /** An attempt to deliver an event came to its end. @param tookMs until the answer was there */
  delivered(outcome: 'delivered' | 'retrying' | 'failed', tookMs: number): void
  /** @param protocol what is spoken on it */
  socketOpened(protocol: string): void
  socketClosed(protocol: string): void
  /** A reader was dropped because it took nothing. */
  readerDropped(): void
  /** The store ran commands as one batch. @param tookMs with the commit, on its thread */
  committed(commands: number, tookMs: number): void
  /** Spans could not be sent, or were too many. */
  spansLost(count: number): void
}
