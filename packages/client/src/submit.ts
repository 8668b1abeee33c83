import type { AcceptedDocument } from '@buzzer/contract'
import { isJob, outcomeOf, readJson, readProblem } from './answer.ts'
import { unexpected } from './error.ts'
import type { JobHandle } from './job-handle.ts'
import { LiveJob } from './live-job.ts'
import { submitHeaders, type SubmitOptions } from './submit-options.ts'
import { spanMs } from './time.ts'
import type { ServerRequest, Transport } from './transport.ts'

type ReadResult<Output> = (response: Response) => Promise<Output>

/** A request that makes a job; its idempotency key makes it safe to send again. */
export const submission = (
  method: string,
  path: string,
  body: ServerRequest['body'],
  options: SubmitOptions,
): ServerRequest => ({
  method,
  path,
  headers: submitHeaders(options),
  body,
  repeatable: true,
  waitMs: options.wait === undefined ? undefined : spanMs(options.wait),
  signal: options.signal,
})

/** Submits the input of an operation. */
export function submitOperation<Output>(
  transport: Transport,
  operation: string,
  input: unknown,
  options: SubmitOptions,
  read: ReadResult<Output>,
): Promise<JobHandle<Output>> {
  // Serialised once: the server compares the bytes of a repeated request.
  const body = input === undefined ? undefined : JSON.stringify(input)
  const path = `/v1/operations/${encodeURIComponent(operation)}/jobs`
  const request = submission('POST', path, body, options)
  if (body !== undefined) request.headers.set('content-type', 'application/json')
  return transport.send(request, (response) => readSubmission(transport, response, read))
}

async function readSubmission<Output>(
  transport: Transport,
  response: Response,
  read: ReadResult<Output>,
): Promise<JobHandle<Output>> {
  const id = outcomeOf(response)
  if (id !== null) return endedJob(transport, id, response, read)
  if (response.status === 202) return acceptedJob(transport, response, read)
  if (!response.ok) throw await readProblem(response)
  throw unexpected(
    response.status,
    'The answer names no job. From another origin, Content-Location has to be exposed (CORS).',
  )
}

/** Makes a handle of the answer 202. */
export async function acceptedJob<Output>(
  transport: Transport,
  response: Response,
  read: ReadResult<Output>,
): Promise<JobHandle<Output>> {
  const accepted = await readJson(response)
  if (!isJob(accepted)) throw unexpected(response.status, 'The answer is not a job.')
  const { token = null, ...job } = accepted as Partial<AcceptedDocument> & typeof accepted
  const route = { transport, id: job.id, token }
  return new LiveJob({ route, job, replayed: wasReplayed(response), outcome: null, read })
}

/** Makes a handle of the outcome itself, where the server's wait was long enough for it. */
async function endedJob<Output>(
  transport: Transport,
  id: string,
  response: Response,
  read: ReadResult<Output>,
): Promise<JobHandle<Output>> {
  const route = { transport, id, token: null }
  const outcome = await keep(response)
  return new LiveJob({ route, job: null, replayed: wasReplayed(response), outcome, read })
}

const wasReplayed = ({ headers }: Response): boolean =>
  headers.get('idempotency-replayed') === 'true'

/** Reads the body into memory, so that it holds no connection and can be read more than once. */
async function keep(response: Response): Promise<Response> {
  const bytes = await response.arrayBuffer()
  const { status, statusText, headers } = response
  return new Response(bytes.byteLength === 0 ? null : bytes, { status, statusText, headers })
}
