import type { BatchDocument } from '@buzzer/contract'
import { readProblem } from './answer.ts'
import type { BatchEvent } from './batch-event.ts'
import { batchRequest, isFinalBatch, readBatch } from './batch-route.ts'
import { sleep } from './clock.ts'
import type { JobRoute } from './job-route.ts'

/** Below the 30 s after which many proxies give up on a quiet request. */
const waitMs = 25_000
/** A server or a proxy that does not hold the answer must not be asked in a tight loop. */
const minPauseMs = 1_000

/**
 * Follows a batch by long polling, until it has ended: each change of its counts is a snapshot, for
 * which job ended how does not show this way.
 *
 * @param cursor the offset that its events have, because polling sees none
 */
export async function* pollBatch(
  route: JobRoute,
  cursor: number,
  alive: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<BatchEvent, void> {
  const { clock } = route.transport
  for (let etag: string | null = null; ;) {
    const startedAt = clock.now()
    const look: Look = await lookAt(route, etag, signal)
    alive()
    etag = look.etag ?? etag
    if (look.batch !== null) {
      yield eventOf(look.batch, cursor)
      if (isFinalBatch(look.batch)) return
    }
    const restMs = minPauseMs - (clock.now() - startedAt)
    if (restMs > 0) await sleep(clock, restMs, signal)
  }
}

interface Look {
  /** Null where nothing has changed. */
  readonly batch: BatchDocument | null
  readonly etag: string | null
}

function eventOf(batch: BatchDocument, sequence: number): BatchEvent {
  const { state } = batch
  const common = { id: batch.id, sequence, time: batch.createdAt, batch }
  return state === 'queued' || state === 'running'
    ? { ...common, type: 'batch.snapshot' }
    : { ...common, type: `batch.${state}` }
}

function lookAt(
  route: JobRoute,
  etag: string | null,
  signal: AbortSignal | undefined,
): Promise<Look> {
  const headers: Record<string, string> = { prefer: `wait=${waitMs / 1_000}` }
  if (etag !== null) headers['if-none-match'] = etag
  const request = batchRequest(route, 'GET', '', { headers, signal, waitMs, repeatable: false })
  return route.transport.send(request, async (response) => {
    const tag = response.headers.get('etag')
    if (response.status === 304) return { batch: null, etag: tag }
    if (!response.ok) throw await readProblem(response)
    return { batch: await readBatch(response), etag: tag }
  })
}
