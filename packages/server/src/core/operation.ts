import { noAdmissionBound, type AdmissionPolicy } from './admission.ts'
import type { RetryPolicy } from './retry.ts'
import { defaultRetry } from './retry.ts'
import type { Schedule } from './schedule.ts'

/** What happens to a caller that says nothing about waiting. */
export type Mode = 'async' | 'adaptive' | 'sync'

/** How calls of an operation are accepted, run and repeated. Times in milliseconds. */
export interface Policies {
  readonly mode: Mode
  /** How long an adaptive caller waits for the result before it gets 202. */
  readonly waitMs: number
  /** How long one attempt may take. */
  readonly timeoutMs: number
  /** How long a worker may be silent before its job is given to another. */
  readonly leaseMs: number
  /** Attempts at the same time over all nodes; null for as many as there are slots. */
  readonly concurrency: number | null
  readonly retry: RetryPolicy
  readonly idempotency: { readonly required: boolean; readonly windowMs: number }
  /** Results may be kept by caches of the caller's. */
  readonly cacheable: boolean
  /** What may wait before calls are refused, besides what holds for all operations. */
  readonly admission: AdmissionPolicy
  /** The largest bodies, in bytes; null for what holds for the whole server. */
  readonly limits: { readonly bodyBytes: number | null; readonly resultBytes: number | null }
  /** When it runs by itself; null for never. */
  readonly schedule: Schedule | null
  /** How many dead letters are worth a warning, 0 for none; null for as many as the server says. */
  readonly deadLetterAlert: number | null
}

export const defaultPolicies: Policies = {
  mode: 'async',
  waitMs: 2_000,
  timeoutMs: 30_000,
  leaseMs: 30_000,
  concurrency: null,
  retry: defaultRetry,
  idempotency: { required: false, windowMs: 86_400_000 },
  cacheable: false,
  admission: noAdmissionBound,
  limits: { bodyBytes: null, resultBytes: null },
  schedule: null,
  deadLetterAlert: null,
}
