import type { Millis } from '../core/time.ts'

/** A key that is to stand for a request from now on, or stands for an earlier one. */
export interface IdempotencyClaim {
  readonly key: string
  /** 16 bytes or more that stand for the whole request. */
  readonly requestHash: Uint8Array
  readonly expiresAt: Millis
}
