import type { Millis } from '../core/time.ts'

/** A piece of output; its version is its offset on the job's channel. */
export interface Piece {
  readonly version: number
  readonly attempt: number
  readonly index: number
  /** When it was put out. */
  readonly at: Millis
  /** JSON text. */
  readonly json: string
}
