import type { Millis } from '../core/time.ts'

/** Time as the engine knows it, so that a simulation can hold it still. */
export interface Clock {
  /** The wall clock. */
  now(): Millis
  /** A clock that never goes back, for measuring; its zero means nothing. */
  monotonic(): Millis
  /**
   * Calls back once, not before `delayMs` have passed; delays beyond what a timer can hold are
   * taken in steps.
   *
   * @returns a function that calls it off
   */
  after(delayMs: number, callback: () => void): () => void
}
