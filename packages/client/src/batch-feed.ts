import type { BatchDocument, BatchOutcomeData, CloudEvent } from '@buzzer/contract'
import { isBatchEnd, type BatchEvent } from './batch-event.ts'
import { batchRequest, isBatch } from './batch-route.ts'
import { shortType, type Feed, type FeedMessage } from './feed.ts'
import type { JobRoute } from './job-route.ts'
import { pollBatch, type Polled } from './poll-batch.ts'

interface Seen extends Polled {
  cursor: number
  batch: BatchDocument | null
}

/** @param since the offset after which to begin; 0 for all outcomes */
export function batchFeed(route: JobRoute, since: number): Feed<BatchEvent> {
  const seen: Seen = { cursor: since, batch: null, etag: null }
  return {
    transport: route.transport,
    notFound: 'batch-not-found',
    subscription: { channel: `batches/${route.id}`, token: route.token },
    begin: () => {},
    get cursor() {
      return seen.cursor
    },
    open: (headers, signal) => batchRequest(route, 'GET', '/events', { headers, signal }),
    read: (message) => readBatchEvent(seen, message),
    isFinal: isBatchEnd,
    poll: (alive, signal) => pollBatch(route, seen, alive, signal),
  }
}

const outcome = /^job\.(succeeded|failed|cancelled)$/
const end = /^batch\.(succeeded|failed|cancelled)$/
type Ending = 'succeeded' | 'failed' | 'cancelled'

/** Reads one message of a batch's stream and moves `seen` on; null for one that was seen. */
function readBatchEvent(seen: Seen, message: FeedMessage): BatchEvent | null {
  const type = shortType(message.event)
  const isKnown = type === 'batch.snapshot' || outcome.test(type) || end.test(type)
  if (!isKnown) return null
  const { id, time, sequence: text, data } = message.data as CloudEvent
  const sequence = Number(text ?? message.id)
  if (!Number.isSafeInteger(sequence)) throw new SyntaxError('An event without an offset')
  const common = { id: id ?? message.id, sequence, time: time ?? '' }
  if (type === 'batch.snapshot') return readSnapshot(seen, common, data)
  if (sequence <= seen.cursor) return null
  seen.cursor = sequence
  const state = type.slice(type.indexOf('.') + 1) as Ending
  if (end.test(type)) {
    seen.batch = batchIn(data)
    return { ...common, type: `batch.${state}`, batch: seen.batch }
  }
  return outcomeEvent(seen, common, state, data as BatchOutcomeData)
}

type Common = Pick<BatchEvent, 'id' | 'sequence' | 'time'>

/** A reader sees one at its start; those of later connections say nothing that events do not. */
function readSnapshot(seen: Seen, common: Common, data: unknown): BatchEvent | null {
  const isFirst = seen.batch === null
  seen.batch = batchIn(data)
  return isFirst ? { ...common, type: 'batch.snapshot', batch: seen.batch } : null
}

function outcomeEvent(
  { batch }: Seen,
  common: Common,
  state: Ending,
  { job, error, deadLetter }: BatchOutcomeData,
): BatchEvent {
  return {
    ...common,
    type: `job.${state}`,
    job,
    index: batch?.jobs.indexOf(job) ?? -1,
    state,
    problem: error,
    deadLetter: deadLetter === true,
  }
}

function batchIn(data: unknown): BatchDocument {
  if (!isBatch(data)) throw new SyntaxError('An event without a batch')
  return data
}
