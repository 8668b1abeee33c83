import type { Millis } from '../../core/time.ts'
import type { NewMessage } from '../../ports/fan-out.ts'

/** Sends what is due, of every lane as much as its receiver takes. */
export interface Dispatch {
  /** Whether one that is about to be written may be sent at once; the place for it is taken then. */
  take(lane: string): boolean
  /** Those were written, but for the skipped ones: what had a place is sent, the rest when it is due. */
  written(messages: readonly NewMessage[], skipped: ReadonlySet<string>): void
  /** They were not written: their places are free again. */
  unwritten(messages: readonly NewMessage[]): void
  /** Something in a lane is due then. */
  due(lane: string, at: Millis): void
  /** Somebody says that a receiver is well again: what it has done so far does not hold it up. */
  trust(lane: string): void
  start(): void
  /** Takes nothing more, and lets what is under way end until then; gives back what did not. */
  stop(withinMs: number): Promise<void>
}
