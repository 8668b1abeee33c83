import { anySignal } from './clock.ts'

/**
 * A sequence that holds a connection while it is read. Leaving a `for await` closes it; so does
 * `return()`, or the end of an `await using`, also while another `next()` waits.
 */
export interface LiveStream<T> extends AsyncIterableIterator<T, void>, AsyncDisposable {
  return(): Promise<IteratorResult<T, void>>
}

/** A live stream that can be taken up later, by another one. */
export interface EventStream<T> extends LiveStream<T> {
  /**
   * The offset of the last event that was read, or where the stream began: hand it to `since` to go
   * on after it, over whichever protocol. Null where nothing is known yet.
   */
  readonly cursor: number | null
}

/** @param cursor tells how far the stream has come */
export const withCursor = <T>(
  stream: LiveStream<T>,
  cursor: () => number | null,
): EventStream<T> => ({
  next: () => stream.next(),
  return: () => stream.return(),
  [Symbol.asyncDispose]: () => stream[Symbol.asyncDispose](),
  [Symbol.asyncIterator]() {
    return this
  },
  get cursor() {
    return cursor()
  },
})

/** Makes a live stream of a generator that ends its work when its signal aborts. */
export function liveStream<T>(
  start: (signal: AbortSignal) => AsyncGenerator<T, void>,
  signal?: AbortSignal,
): LiveStream<T> {
  const closing = new AbortController()
  const source = start(anySignal(signal, closing.signal))
  const done: IteratorResult<T, void> = { done: true, value: undefined }

  const close = async (): Promise<IteratorResult<T, void>> => {
    // A generator's return() queues behind a next() that waits; aborting lets that one go first.
    closing.abort()
    await source.return()
    return done
  }
  const stream: LiveStream<T> = {
    next: () =>
      source
        .next()
        .catch((error: unknown) => (closing.signal.aborted ? done : Promise.reject(error))),
    return: close,
    [Symbol.asyncIterator]: () => stream,
    [Symbol.asyncDispose]: async () => void (await close()),
  }
  return stream
}
