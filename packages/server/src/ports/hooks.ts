import type { JobId } from '@buzzer/contract'
import type { Hook } from '../core/hook.ts'
import type { Millis } from '../core/time.ts'

/** The incoming webhooks that the configuration declares. */
export interface Hooks {
  find(name: string): VerifiedHook | null
  list(): readonly Hook[]
}

/** A hook with what tells its sender's calls from others. */
export interface VerifiedHook extends Hook {
  verify(message: HookMessage, now: Millis): Verdict
}

/** A call as it came, before anything of it is understood. */
export interface HookMessage {
  /** Names and values one after the other, as they came. */
  readonly rawHeaders: readonly string[]
  readonly body: Uint8Array
}

export type Verdict =
  | {
      readonly kind: 'verified'
      /** The sender's id of this delivery, the same when it is sent again; null for none. */
      readonly id: string | null
      /** When it was signed, as it was written; null where that is not signed. */
      readonly timestamp: string | null
    }
  | { readonly kind: 'refused'; readonly why: Refused }

/** As much of it as helps a sender, and no more. */
export type Refused =
  | { readonly kind: 'missing' | 'repeated' | 'unreadable'; readonly header: string }
  | { readonly kind: 'too-old' | 'too-new' | 'no-match' }

/** What opens the end of one job's run to the upstream that works on it. */
export interface HookTokens {
  issue(hook: string, job: JobId, run: number): string
  /** Compared in constant time. @returns the run; null for what is none of ours */
  runOf(hook: string, job: JobId, token: string): number | null
}
