import { sleep, type Clock } from './clock.ts'

/** Below the 30 s after which many proxies give up on a quiet request. */
const waitMs = 25_000

/** A server or a proxy that does not hold the answer must not be asked in a tight loop. */
export const minPauseMs = 1_000

/** How a server is asked to hold its answer until there is something to tell. */
export const holding = { headers: { prefer: `wait=${waitMs / 1_000}` }, waitMs }

/** How a request waits for something else than what has this tag. */
export const longPoll = (etag: string) => ({
  ...holding,
  headers: { ...holding.headers, 'if-none-match': etag },
})

/** Waits for a time, which may be over: where an answer was held, it mostly is. */
export async function pauseUntil(
  clock: Clock,
  atMs: number,
  signal: AbortSignal | undefined,
): Promise<void> {
  const restMs = atMs - clock.now()
  if (restMs > 0) await sleep(clock, restMs, signal)
}
