import type { Clock } from '../../../ports/clock.ts'

/** A stream that is being written, as far as all of them have to be told something. */
export interface OpenStream {
  /** It may have been quiet for long. @param now as the monotonic clock has it */
  beat(now: number): void
  /** The server stops: it ends where it can be resumed. */
  end(): void
}

/**
 * The streams of one server. They share one timer and one ear for the shutdown: thousands of quiet
 * readers are to cost little more than their sockets.
 */
export interface OpenStreams {
  /** @returns a function that takes it out */
  add(stream: OpenStream): () => void
}

/** How often streams are asked whether they have been quiet, in milliseconds. */
const beatMs = 5_000

export function createOpenStreams(clock: Clock, stopping: AbortSignal): OpenStreams {
  const streams = new Set<OpenStream>()
  let callOff: (() => void) | null = null

  const beat = (): void => {
    const now = clock.monotonic()
    for (const stream of streams) stream.beat(now)
    callOff = clock.after(beatMs, beat)
  }

  stopping.addEventListener('abort', () => {
    for (const stream of streams) stream.end()
  })

  return {
    add(stream) {
      if (stopping.aborted) stream.end()
      streams.add(stream)
      callOff ??= clock.after(beatMs, beat)
      return () => {
        streams.delete(stream)
        if (streams.size > 0) return
        callOff?.()
        callOff = null
      }
    },
  }
}
