import type { ServerResponse } from 'node:http'
import { stalledMs } from '../connection.ts'

/**
 * Writes what there is no faster than it is taken, and waits until all of it is: each piece is let
 * go of before the next one is asked for.
 *
 * @throws Error where the reader went away or takes nothing any more; whatever the source throws
 */
export async function pour(
  response: ServerResponse,
  chunks: AsyncIterable<Uint8Array>,
): Promise<void> {
  for await (const chunk of chunks) {
    if (chunk.byteLength > 0) await taken(response, (done) => response.write(chunk, done))
  }
  await taken(response, (done) => response.end(done))
}

function taken(response: ServerResponse, write: (done: () => void) => unknown): Promise<void> {
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  const gone = (): void => reject(new Error('The reader went away.'))
  if (response.destroyed) gone()
  const timer = setTimeout(() => reject(new Error('The reader takes nothing.')), stalledMs)
  response.once('close', gone)
  write(resolve)
  return promise.finally(() => {
    clearTimeout(timer)
    response.off('close', gone)
  })
}
