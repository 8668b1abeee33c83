import { setImmediate as turn } from 'node:timers/promises'

/** Work that takes longer lets others have their turn in between, in milliseconds. */
const sliceMs = 10

/** Gives what long work on the main thread waits for now and then. */
export function createBreather(): () => Promise<void> {
  let since = performance.now()
  return async () => {
    if (performance.now() - since < sliceMs) return
    await turn()
    since = performance.now()
  }
}
