import type { Slice } from './ring.ts'
import type { History, Reader, Tail } from './tail.ts'

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

  /** From the store, until the tail holds what comes next, which is the cutover. */
  const backfill = (history: History): Step | null => {
    const { slice } = history
    const first = firstAbove(history, cursor)
    if (first === cursor + 1) return slice === null ? null : passOn(slice)
    // Whoever asked for all that is kept has missed nothing of it.
    const isGap = cursor > 0
    cursor = first - 1
    return isGap ? { kind: 'reset', oldest: first } : null
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
        const step = backfill(await tail.history(cursor))
        if (step !== null) return step
        if (reader.isOver && cursor >= tail.last) return null
      }
    },
    [Symbol.dispose]() {
      signal.removeEventListener('abort', end)
      end()
    },
  }
}

/** Not the one above the cursor where that is gone, was never stored, or nobody has given it out. */
function firstAbove({ oldest, last, slice }: History, cursor: number): number {
  if (cursor > last) return oldest
  return slice?.events[0]?.offset ?? last + 1
}
