import type { ServerResponse } from 'node:http'
import { comment } from '../../sse/frame.ts'
import type { SendContext } from '../context.ts'
import type { StreamAnswer } from './answer.ts'
import { cutAfterStop } from './cut-after-stop.ts'

/** A stream that has been quiet for this long says that it is still there, in milliseconds. */
const quietMs = 10_000
/** A reader of events that takes nothing for this long is dropped; it comes back with its cursor. */
const slowestMs = 15_000

/**
 * Writes a stream as it is made. The next chunk is asked for only when the last was taken, so a
 * slow reader costs no memory here; a stalled one is cut off.
 */
export async function stream(
  { stopping, log, streams, clock, telemetry }: SendContext,
  response: ServerResponse,
  answer: StreamAnswer,
): Promise<void> {
  // Whoever has left by now closes nothing again, and would be waited for on a quiet channel.
  if (response.destroyed) return
  const isResumable = answer.hasComments !== false
  const ending = new AbortController()
  const end = (): void => {
    ending.abort()
    if (isResumable && response.writableNeedDrain) response.destroy()
  }
  response.once('close', end)
  for (const [name, value] of Object.entries(answer.headers)) response.setHeader(name, value)
  // It ends with its connection, so that it needs no frames of HTTP's own: what is written is one
  // piece for the kernel instead of three.
  if (isResumable) response.removeHeader('transfer-encoding')
  response.writeHead(200)
  if (response.req.method === 'HEAD') return void response.end()
  response.flushHeaders()
  // Most end by the signal; one that has to be whole goes on.
  using _cutting = isResumable ? null : cutAfterStop(stopping, response)
  let writtenAt = clock.monotonic()
  const remove = streams.add({
    end,
    beat(now) {
      const late = now - writtenAt
      // Others are dropped with their connection, on which nothing moves.
      if (!isResumable || late < quietMs) return
      if (!response.writableNeedDrain) {
        response.write(comment)
        writtenAt = now
      } else if (late >= slowestMs) {
        telemetry.readerDropped()
        response.destroy(tooSlow)
      }
    },
  })
  try {
    for await (const chunk of answer.chunks(ending.signal)) {
      const isTaken = response.write(chunk)
      writtenAt = clock.monotonic()
      if (!isTaken) await drained(response)
      if (response.destroyed) break
    }
    response.end()
  } catch (fault) {
    // Headers are out, so all that is left is to cut the stream; the reader comes back.
    response.destroy()
    if (!ending.signal.aborted) log.debug({ err: fault }, 'a stream was cut')
  } finally {
    remove()
  }
}

const tooSlow = new Error('The reader takes nothing any more.')

/** Resolves when what was written is taken, or the reader is gone. */
function drained(response: ServerResponse): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>()
  if (response.destroyed) return Promise.resolve()
  const done = (): void => {
    response.off('drain', done)
    response.off('close', done)
    resolve()
  }
  response.once('drain', done)
  response.once('close', done)
  return promise
}
