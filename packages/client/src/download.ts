import { anySignal, sleep } from './clock.ts'
import { BuzzerError, ConnectionError, unexpected } from './error.ts'
import type { JobRoute } from './job-route.ts'
import { jobRequest } from './job-route.ts'
import { isPassing, retryDelayMs } from './retry.ts'

/** A result as a stream of its bytes. */
export interface Download {
  /** What a wrapped API answered; 200 for what a handler gave. */
  readonly status: number
  /** As the handler or the wrapped API gave it; null where neither did. */
  readonly mediaType: string | null
  /** In bytes; null where the answer does not say. */
  readonly size: number | null
  /** Read it to the end, or cancel it. A connection that breaks is taken up where it broke. */
  readonly body: ReadableStream<Uint8Array>
}

/**
 * As bytes, not packed: what is unpacked on its way cannot be taken up in the midst. Browsers let no
 * page write the first of these, so that the second says it as well.
 */
const plain = { 'accept-encoding': 'identity', 'cache-control': 'no-transform' }

/**
 * Opens the result of a job that has ended.
 *
 * @param read refuses what is no result
 */
export async function openDownload(
  route: JobRoute,
  read: (response: Response) => Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Download> {
  const leaving = new AbortController()
  const limited = anySignal(signal, leaving.signal)
  const request = jobRequest(route, 'GET', '/result', { headers: plain, signal: limited })
  const first = await route.transport.send(request, read)
  const { headers } = first
  const isPacked = headers.has('content-encoding')
  const length = headers.get('content-length')
  const size = isPacked || length === null ? null : Number(length)
  const etag = isPacked ? null : strongTag(headers)
  const chunks = resumed({ route, read, first, size, etag, signal: limited })
  const body = streamOf(chunks, () => leaving.abort())
  return { status: first.status, mediaType: headers.get('content-type'), size, body }
}

const strongTag = (headers: Headers): string | null => {
  const etag = headers.get('etag')
  return etag?.startsWith('"') === true ? etag : null
}

interface Taking {
  readonly route: JobRoute
  readonly read: (response: Response) => Promise<Response>
  readonly first: Response
  readonly size: number | null
  readonly etag: string | null
  readonly signal: AbortSignal
}

async function* resumed(taking: Taking): AsyncGenerator<Uint8Array, void> {
  const { route, first, size, etag, signal } = taking
  let response: Response | null = first
  let taken = 0
  let breaks = 0
  for (;;) {
    try {
      response ??= await fetchRest(taking, taken)
      for await (const chunk of bytesOf(response)) {
        taken += chunk.byteLength
        breaks = 0
        yield chunk
      }
      if (size === null || taken >= size) return
      throw new Error(`The connection ended after ${taken} of ${size} bytes.`)
    } catch (cause) {
      const isRefused = cause instanceof BuzzerError && !isPassing(cause)
      if (etag === null || signal.aborted || isRefused) throw cause
      response = null
      breaks += 1
      await sleep(route.transport.clock, delayAfter(route, breaks, cause), signal)
    }
  }
}

async function fetchRest(taking: Taking, taken: number): Promise<Response> {
  const { route, read, etag, signal } = taking
  const headers = { ...plain, 'range': `bytes=${taken}-`, 'if-range': String(etag) }
  // Not repeated here: a try that fails is one more break.
  const request = jobRequest(route, 'GET', '/result', { headers, signal, repeatable: false })
  const response = await route.transport.send(request, read)
  if (response.status === 206) return response
  await response.body?.cancel()
  throw unexpected(response.status, 'The result has changed.')
}

/** @throws ConnectionError where it broke too often in a row */
function delayAfter({ transport }: JobRoute, breaks: number, cause: unknown): number {
  const { retry, clock, random } = transport
  if (breaks > retry.reconnects) throw new ConnectionError('The download broke off', { cause })
  const ownMs = retryDelayMs(retry, breaks, null, clock.now(), random) ?? 0
  const askedMs = isPassing(cause) ? (cause.retryAfterMs ?? 0) : 0
  return Math.max(ownMs, Math.min(askedMs, retry.maxRetryAfterMs))
}

async function* bytesOf(response: Response): AsyncGenerator<Uint8Array, void> {
  const reader = response.body?.getReader()
  if (reader === undefined) return
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) yield next.value
  } finally {
    // Lets go of the connection where not all was read; nobody waits for that.
    reader.cancel().catch(() => undefined)
  }
}

/** @param leave ends the connection, and with it a read that waits */
function streamOf(
  chunks: AsyncGenerator<Uint8Array, void>,
  leave: () => void,
): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        // A generator's return() queues behind a next() that waits; leaving lets that one go first.
        leave()
        await chunks.return()
      },
    },
    { highWaterMark: 0 },
  )
}
