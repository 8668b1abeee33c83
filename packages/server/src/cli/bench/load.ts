import { Pool } from 'undici'

export interface LoadRequest {
  /** The server's address, without a trailing slash. */
  readonly url: string
  readonly path: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string | null
  /** Requests at the same time. */
  readonly connections: number
  readonly durationMs: number
  /** Statuses that count; others are told apart. */
  readonly wanted: readonly number[]
  readonly signal: AbortSignal
  onProgress(share: number): void
}

export interface Load {
  readonly perSecond: number
  readonly done: number
  /** Times of those that are done, in milliseconds; null where none is. */
  readonly p50Ms: number | null
  readonly p99Ms: number | null
  readonly maxMs: number | null
  /** How often each other status came. */
  readonly others: Readonly<Record<string, number>>
  /** Requests without an answer. */
  readonly failed: number
}

/** One that only fails would turn as fast as it can. */
const pauseAfterFailureMs = 50
const maxFailures = 100

/** Sends the same request again and again over so many connections, for so long. */
export async function loadServer(request: LoadRequest): Promise<Load> {
  const { url, connections, durationMs, signal } = request
  const pool = new Pool(url, { connections, pipelining: 1 })
  const startedAt = performance.now()
  const times: number[] = []
  const others: Record<string, number> = {}
  let failed = 0
  const isOver = (): boolean =>
    signal.aborted || failed >= maxFailures || performance.now() - startedAt >= durationMs

  const client = async (): Promise<void> => {
    while (!isOver()) {
      const sentAt = performance.now()
      try {
        const status = await send(pool, request)
        if (request.wanted.includes(status)) times.push(performance.now() - sentAt)
        else others[status] = (others[status] ?? 0) + 1
      } catch {
        failed += 1
        await new Promise((resolve) => setTimeout(resolve, pauseAfterFailureMs))
      }
    }
  }
  const tell = setInterval(
    () => request.onProgress(Math.min(1, (performance.now() - startedAt) / durationMs)),
    100,
  )
  try {
    await Promise.all(Array.from({ length: connections }, client))
  } finally {
    clearInterval(tell)
    await pool.destroy()
  }
  signal.throwIfAborted()
  return { ...summarise(times, performance.now() - startedAt), others, failed }
}

async function send(pool: Pool, { path, headers, body, signal }: LoadRequest): Promise<number> {
  const options = { method: 'POST', path, headers, body, signal } as const
  const { statusCode, body: answer } = await pool.request(options)
  await answer.dump()
  return statusCode
}

export function summarise(
  times: readonly number[],
  tookMs: number,
): Omit<Load, 'others' | 'failed'> {
  const sorted = Float64Array.from(times).toSorted()
  const at = (share: number): number | null =>
    sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? null
  return {
    perSecond: tookMs === 0 ? 0 : (sorted.length / tookMs) * 1_000,
    done: sorted.length,
    p50Ms: at(0.5),
    p99Ms: at(0.99),
    maxMs: sorted.at(-1) ?? null,
  }
}
