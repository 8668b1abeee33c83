import { systemClock, type Clock } from '../clock.ts'

/** Something that components look at, as `useSyncExternalStore` takes it. */
export interface Store<View> {
  readonly subscribe: (listener: () => void) => () => void
  readonly get: () => View
}

export type Update<View> = (change: (view: View) => View) => void

/** A component need not be drawn more often than a screen is. */
const frameMs = 16

/**
 * Makes a store that works while somebody looks at it.
 *
 * @param run changes the view until its signal aborts; it is run again for a later look, and goes on
 *   from what it remembers itself
 */
export function createStore<View>(
  initial: View,
  run: (update: Update<View>, signal: AbortSignal) => Promise<void>,
  clock: Clock = systemClock,
): Store<View> {
  const listeners = new Set<() => void>()
  let view = initial
  let controller: AbortController | null = null
  let cancelTelling: (() => void) | null = null

  const tell = (): void => {
    cancelTelling = null
    for (const listener of listeners) listener()
  }
  const start = (): void => {
    const working = new AbortController()
    controller = working
    const update: Update<View> = (change) => {
      if (working.signal.aborted) return
      view = change(view)
      cancelTelling ??= clock.after(frameMs, tell)
    }
    // In strict mode React looks, looks away and looks again at once: only the last of it counts.
    queueMicrotask(() => {
      if (!working.signal.aborted) void run(update, working.signal)
    })
  }
  const stop = (): void => {
    controller?.abort()
    controller = null
    cancelTelling?.()
    cancelTelling = null
  }

  return {
    subscribe(listener) {
      listeners.add(listener)
      if (controller === null) start()
      return () => {
        listeners.delete(listener)
        if (listeners.size === 0) stop()
      }
    },
    get: () => view,
  }
}
