import type { AcceptedBatchDocument } from '@buzzer/contract'
import { readJson, readProblem } from './answer.ts'
import type { BatchJobOptions, BatchOptions } from './batch-handle.ts'
import { isBatch } from './batch-route.ts'
import { unexpected } from './error.ts'
import { LiveBatch } from './live-batch.ts'
import { callbackEntries, formatDeadline, formatTime, quoted, randomKey } from './submit-options.ts'
import { formatSpan } from './time.ts'
import type { Transport } from './transport.ts'

/** One call as whoever submits a batch gives it. */
export interface AnyBatchEntry extends BatchJobOptions {
  readonly operation: string
  readonly input?: unknown
}

/** Sends a batch; its idempotency key makes it safe to send again. */
export function submitBatch(
  transport: Transport,
  entries: readonly AnyBatchEntry[],
  options: BatchOptions,
): Promise<LiveBatch> {
  const { idempotencyKey, callback, traceparent, tracestate, signal } = options
  const headers = new Headers({
    'content-type': 'application/json',
    'idempotency-key': quoted(idempotencyKey ?? randomKey()),
  })
  const more: readonly (readonly [string, string | undefined])[] = [
    ...callbackEntries(callback),
    ['traceparent', traceparent],
    ['tracestate', tracestate],
  ]
  for (const [name, value] of more) if (value !== undefined) headers.set(name, value)
  // Serialised once: the server compares the bytes of a repeated request.
  const body = JSON.stringify({ jobs: entries.map(entryOf) })
  const request = { method: 'POST', path: '/v1/batches', headers, body, repeatable: true, signal }
  return transport.send(request, (response) => readAccepted(transport, response))
}

/** Members that are not there are left out by JSON. */
const entryOf = ({ operation, input, delay, runAt, deadline, ...rest }: AnyBatchEntry) => ({
  operation,
  input,
  priority: rest.priority,
  delay: delay === undefined ? undefined : formatSpan(delay),
  runAt: runAt === undefined ? undefined : formatTime(runAt),
  deadline: deadline === undefined ? undefined : formatDeadline(deadline),
  key: rest.key,
  tags: rest.tags,
  idempotencyKey: rest.idempotencyKey,
})

async function readAccepted(transport: Transport, response: Response): Promise<LiveBatch> {
  if (!response.ok) throw await readProblem(response)
  const accepted = await readJson(response)
  if (!isBatch(accepted)) throw unexpected(response.status, 'The answer is not a batch.')
  const { token = null, ...batch } = accepted as Partial<AcceptedBatchDocument> & typeof accepted
  const replayed = response.headers.get('idempotency-replayed') === 'true'
  return new LiveBatch({ route: { transport, id: batch.id, token }, batch, replayed })
}
