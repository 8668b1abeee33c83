import type { Slice } from './ring.ts'
import type { Reader, Tail } from './tail.ts'

/** What comes next for somebody with a cursor. */
export type Step =
  | { readonly kind: 'slice'; readonly slice: Slice }
  /** What it asked for is gone; what follows begins at the oldest that is left. */
  | { readonly kind: 'reset'; readonly oldest: number }

/** Somebody who follows a channel, from one place of it to the next. */
export interface Follower extends Disposable {
  /** @returns null where nothing follows and its time is over */
  next(): Promise<Step | null>
  /** The cursor with which another one goes on. */
  readonly cursor: number
}

/** @param signal ends its time: what is there is given still, but nothing is waited for */
export function createFollower(tail: Tail, start: number, signal: AbortSignal): Follower {
  let cursor = start
  const reader: Reader = { cursor, isOver: signal.aborted, wake: null }
  const end = (): void => {
    const { wake } = reader
    reader.isOver = true
    reader.wake = null
    wake?.(null)
  }
  signal.addEventListener('abort', end, { once: true })
  const passOn = (slice: Slice): Step => {
    cursor = slice.last
    return { kind: 'slice', slice }
  }

  return {
    get cursor() {
      return cursor
    },
    async next() {
      for (;;) {
        // Streaming: from what this node holds, the same for all who stand here.
        const next = await tail.next(reader, cursor)
        if (next === null) return null
        if (next !== 'behind') return passOn(next)
        // Backfill: from the store, until the tail holds what comes next, which is the cutover.
        const { oldest, last, slice } = await tail.history(cursor)
        if (cursor > last || cursor < oldest - 1) {
          cursor = oldest - 1
          return { kind: 'reset', oldest }
        }
        if (slice !== null) return passOn(slice)
      }
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', end)
      end()
    },
  }
}
