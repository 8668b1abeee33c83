import type { BatchDocument } from '@buzzer/contract'
import { readJson } from './answer.ts'
import { unexpected } from './error.ts'
import type { JobRoute } from './job-route.ts'
import type { ServerRequest } from './transport.ts'

/** A request about one batch; reading and cancelling do no harm when sent twice. */
export const batchRequest = (
  route: JobRoute,
  method: 'GET' | 'POST',
  suffix: '' | '/results' | '/events' | '/cancel',
  options: Pick<Partial<ServerRequest>, 'signal' | 'waitMs' | 'repeatable'> & {
    readonly headers?: Record<string, string> | undefined
  } = {},
): ServerRequest => ({
  method,
  path: `/v1/batches/${encodeURIComponent(route.id)}${suffix}`,
  headers: new Headers(options.headers),
  token: route.token,
  repeatable: options.repeatable ?? true,
  signal: options.signal,
  waitMs: options.waitMs,
})

export const isBatch = (value: unknown): value is BatchDocument =>
  typeof value === 'object' &&
  value !== null &&
  'counts' in value &&
  'jobs' in value &&
  Array.isArray(value.jobs)

/** Reads an answer whose body is a batch. */
export async function readBatch(response: Response): Promise<BatchDocument> {
  const value = await readJson(response)
  if (!isBatch(value)) throw unexpected(response.status, 'The answer is not a batch.')
  return value
}

export const isFinalBatch = ({ state }: BatchDocument): boolean =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'
