import { sleep } from './clock.ts'
import { ConnectionError, unexpected } from './error.ts'
import type { JobRoute } from './job-route.ts'
import { jobRequest } from './job-route.ts'
import { retryDelayMs } from './retry.ts'

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

/** As bytes, not packed: what is unpacked on its way cannot be taken up in the midst. */
const plain = { 'accept-encoding': 'identity' }

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
  const first = await fetchPart(route, plain, read, signal)
  const { headers } = first
  const isPacked = headers.has('content-encoding')
  const length = headers.get('content-length')
  const size = isPacked || length === null ? null : Number(length)
  const etag = isPacked ? null : strongTag(headers)
  const take = { route, read, first, size, etag, signal }
  const { status } = first
  return { status, mediaType: headers.get('content-type'), size, body: streamOf(resumed(take)) }
}

const fetchPart = (
  route: JobRoute,
  headers: Record<string, string>,
  read: (response: Response) => Promise<Response>,
  signal: AbortSignal | undefined,
): Promise<Response> =>
  route.transport.send(jobRequest(route, 'GET', '/result', { headers, signal }), read)

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
  readonly signal: AbortSignal | undefined
}

async function* resumed(taking: Taking): AsyncGenerator<Uint8Array, void> {
  const { route, read, first, size, etag, signal } = taking
  let response = first
  let taken = 0
  let breaks = 0
  for (;;) {
    try {
      for await (const chunk of bytesOf(response)) {
        taken += chunk.byteLength
        breaks = 0
        yield chunk
      }
      if (size === null || taken >= size) return
      throw new Error(`The connection ended after ${taken} of ${size} bytes.`)
    } catch (cause) {
      breaks += 1
      if (etag === null || signal?.aborted === true) throw cause
      const delayMs = delayAfter(route, breaks)
      if (delayMs === null) throw new ConnectionError('The download broke off', { cause })
      await sleep(route.transport.clock, delayMs, signal)
      const part = { ...plain, 'range': `bytes=${taken}-`, 'if-range': etag }
      response = await fetchPart(route, part, read, signal)
      if (response.status !== 206) throw unexpected(response.status, 'The result has changed.')
    }
  }
}

function delayAfter({ transport }: JobRoute, breaks: number): number | null {
  const { retry, clock, random } = transport
  return breaks > retry.reconnects ? null : retryDelayMs(retry, breaks, null, clock.now(), random)
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

function streamOf(chunks: AsyncGenerator<Uint8Array, void>): ReadableStream<Uint8Array> {
  return new ReadableStream(
    {
      async pull(controller) {
        const { done, value } = await chunks.next()
        if (done === true) controller.close()
        else controller.enqueue(value)
      },
      async cancel() {
        await chunks.return()
      },
    },
    { highWaterMark: 0 },
  )
}
