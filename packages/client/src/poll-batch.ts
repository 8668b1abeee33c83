import type { BatchDocument } from '@buzzer/contract'
import { readProblem } from './answer.ts'
import type { BatchEvent } from './batch-event.ts'
import { batchRequest, isFinalBatch, readBatch } from './batch-route.ts'
import type { JobRoute } from './job-route.ts'
import { longPoll, minPauseMs, pauseUntil } from './poll.ts'

/** What polling knows of a batch, across all its connections. */
export interface Polled {
  /** The offset that its events have, because polling sees none. */
  readonly cursor: number
  /** Of the batch as it was last told. */
  etag: string | null
}

/**
 * Follows a batch by long polling, until it has ended: each change of its counts is a snapshot, for
 * which job ended how does not show this way.
 */
export async function* pollBatch(
  route: JobRoute,
  seen: Polled,
  alive: () => void,
  signal: AbortSignal | undefined,
): AsyncGenerator<BatchEvent, void> {
  const { clock } = route.transport
  for (;;) {
    const startedAt = clock.now()
    const look = await lookAt(route, seen.etag, signal)
    alive()
    seen.etag = look.etag ?? seen.etag
    if (look.batch !== null) {
      yield eventOf(look.batch, seen.cursor)
      if (isFinalBatch(look.batch)) return
    }
    // Also after news: of a large batch there would be some at every look.
    await pauseUntil(clock, startedAt + minPauseMs, signal)
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
  // Without a tag it would wait for the end of the batch.
  const waiting = etag === null ? null : longPoll(etag)
  const request = batchRequest(route, 'GET', '', { ...waiting, signal, repeatable: false })
  return route.transport.send(request, async (response) => {
    const tag = response.headers.get('etag')
    if (response.status === 304) return { batch: null, etag: tag }
    if (!response.ok) throw await readProblem(response)
    return { batch: await readBatch(response), etag: tag }
  })
}
