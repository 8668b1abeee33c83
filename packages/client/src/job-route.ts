import { anySignal } from './clock.ts'
import type { ServerRequest, Transport } from './transport.ts'

/** One job as the server's address space has it, and the credential that opens it. */
export interface JobRoute {
  readonly transport: Transport
  readonly id: string
  readonly token: string | null
}

/** A request about one job; reading and cancelling do no harm when sent twice. */
export const jobRequest = (
  route: JobRoute,
  method: 'GET' | 'POST',
  suffix: '' | '/result' | '/events' | '/cancel',
  options: {
    readonly headers?: Record<string, string> | undefined
    readonly signal?: AbortSignal | undefined
    readonly waitMs?: number | undefined
    readonly repeatable?: boolean | undefined
  } = {},
): ServerRequest => ({
  method,
  path: `/v1/jobs/${encodeURIComponent(route.id)}${suffix}`,
  headers: new Headers(options.headers),
  token: route.token,
  repeatable: options.repeatable ?? true,
  signal: options.signal,
  waitMs: options.waitMs,
})

/** Runs `work` with a signal that also aborts, with `makeReason()`, once the time is over. */
export async function withTimeout<T>(
  { clock }: Transport,
  ms: number | null,
  signal: AbortSignal | undefined,
  makeReason: () => Error,
  work: (signal: AbortSignal | undefined) => Promise<T>,
): Promise<T> {
  if (ms === null) return work(signal)
  const timer = new AbortController()
  const cancel = clock.after(ms, () => timer.abort(makeReason()))
  try {
    return await work(anySignal(signal, timer.signal))
  } finally {
    cancel()
  }
}
