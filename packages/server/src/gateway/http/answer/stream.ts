import { once } from 'node:events'
import type { ServerResponse } from 'node:http'
import { comment } from '../../sse/frame.ts'
import { stalledMs } from '../connection.ts'
import type { SendContext } from '../context.ts'
import type { StreamAnswer } from './answer.ts'
import { cutAfterStop } from './cut-after-stop.ts'

/** A quiet stream says this often that it is still there, in milliseconds. */
const commentMs = 15_000
/**
 * Writes a stream as it is made. The next chunk is asked for only when the last was taken, so a
 * slow reader costs no memory here; a stalled one is cut off.
 */
export async function stream(
  { stopping, log }: SendContext,
  response: ServerResponse,
  answer: StreamAnswer,
): Promise<void> {
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
  response.writeHead(200)
  if (response.req.method === 'HEAD') return void response.end()
  response.flushHeaders()
  // Most end by the signal; one that has to be whole goes on.
  using _cutting = cutAfterStop(stopping, response)
  const heartbeat = setInterval(() => {
    if (answer.hasComments !== false && !response.writableNeedDrain) response.write(comment)
  }, commentMs)
  try {
    for await (const chunk of answer.chunks(AbortSignal.any([gone.signal, stopping]))) {
      if (!response.write(chunk)) await drained(response, gone.signal)
      heartbeat.refresh()
    }
    response.end()
  } catch (fault) {
    // Headers are out, so all that is left is to cut the stream; the reader comes back.
    response.destroy()
    if (!gone.signal.aborted) log.debug({ err: fault }, 'a stream was cut')
  } finally {
    clearInterval(heartbeat)
  }
}

async function drained(response: ServerResponse, gone: AbortSignal): Promise<void> {
  await once(response, 'drain', { signal: AbortSignal.any([gone, AbortSignal.timeout(stalledMs)]) })
}
