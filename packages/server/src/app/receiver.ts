import { createOutbound } from '../outbound/outbound.ts'
import type { OutboundOutcome } from '../ports/outbound.ts'
import { systemClock } from './system-clock.ts'

/** What became of one POST. */
export type Posted =
  | { readonly kind: 'answered'; readonly status: number; readonly latencyMs: number }
  /** Nobody listens there: nothing was sent. */
  | { readonly kind: 'absent'; readonly detail: string }
  | { readonly kind: 'failed'; readonly detail: string; readonly latencyMs: number }

/** A program that is being written, at an address that its developer typed. */
export interface Receiver extends AsyncDisposable {
  /** Why it can never be called; null where nothing is known against it. */
  readonly problem: string | null
  post(
    headers: Readonly<Record<string, string>>,
    body: Uint8Array,
    signal: AbortSignal,
  ): Promise<Posted>
}

/** Far more than a receiver has to say; what is beyond it is no answer to an event. */
const maxBytes = 1_048_576

/**
 * Opens the way to a receiver, by the guarded client. Who types a private address at this machine
 * means it, and could call it with any other program, so that its host and port are allowed.
 *
 * @param timeoutMs for one POST with its answer
 */
export function createReceiver(url: URL, timeoutMs: number): Receiver {
  const outbound = createOutbound({ clock: systemClock, allow: [url.host] })
  return {
    problem: outbound.check(url.href),
    async post(headers, body, signal) {
      const startedAt = systemClock.monotonic()
      const outcome = await outbound.call({
        method: 'POST',
        url: url.href,
        headers: Object.entries(headers),
        body,
        timeoutMs,
        maxBytes,
        signal,
      })
      return postedOf(outcome, Math.round(systemClock.monotonic() - startedAt))
    },
    [Symbol.asyncDispose]: () => outbound[Symbol.asyncDispose](),
  }
}

function postedOf(outcome: OutboundOutcome, latencyMs: number): Posted {
  if (outcome.kind === 'answered')
    return { kind: 'answered', status: outcome.answer.status, latencyMs }
  const { reason, detail } = outcome.failure
  return reason === 'unreachable'
    ? { kind: 'absent', detail }
    : { kind: 'failed', detail, latencyMs }
}
