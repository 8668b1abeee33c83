import type { ServerResponse } from 'node:http'

/** What is under way when a shutdown begins has so long, in milliseconds; then it can be resumed. */
const stoppingMs = 5_000

/** Cuts an answer off that its reader takes longer for than a shutdown can wait. */
export function cutAfterStop(stopping: AbortSignal, response: ServerResponse): Disposable {
  let timer: NodeJS.Timeout | undefined
  const begin = (): void => {
    timer = setTimeout(() => response.destroy(), stoppingMs).unref()
  }
  if (stopping.aborted) begin()
  else stopping.addEventListener('abort', begin, { once: true })
  return {
    [Symbol.dispose]() {
      stopping.removeEventListener('abort', begin)
      clearTimeout(timer)
    },
  }
}
