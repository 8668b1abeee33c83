import type { Slice } from './ring.ts'
import type { History, Reader, Tail } from './tail.ts'

/** What comes next for somebody with a cursor. */
export type Step =
  | { readonly kind: 'slice'; readonly slice: Slice }
  /** What it asked for is gone; what follows begins at the oldest that is left. */
  | { readonly kind: 'reset'; readonly oldest: number }

/** Somebody who follows a channel, from one place of it to the next. */
export interface Follower extends Disposable {
  /**
   * To be called first.
   *
   * @returns the cursor that it begins at: the last offset where all that is kept was asked for, and
   *   nothing is, so that nobody keeps a cursor from which a gap could not be told
   */
  begin(): Promise<number>
  /** @returns null where nothing follows and its time is over */
  next(): Promise<Step | null>
  /** The cursor with which another one goes on. */
  readonly cursor: number
}

/** @param signal ends its time: what is there is given still, but nothing is waited for */
export const createFollower = (tail: Tail, start: number, signal: AbortSignal): Follower =>
  new TailFollower(tail, start, signal)

/** A class: there is one for each reader, and an accessor in a literal would make each a dictionary. */
class TailFollower implements Follower {
  readonly #tail: Tail
  readonly #signal: AbortSignal
  readonly #reader: Reader
  readonly #onAbort = (): void => this.#end()
  #cursor: number
  /** What was found where it begins. */
  #found: Step | null = null

  constructor(tail: Tail, start: number, signal: AbortSignal) {
    this.#tail = tail
    this.#signal = signal
    this.#cursor = start
    this.#reader = { cursor: start, isOver: signal.aborted, wake: null }
    signal.addEventListener('abort', this.#onAbort, { once: true })
  }

  get cursor(): number {
    return this.#cursor
  }

  async begin(): Promise<number> {
    const start = this.#cursor
    if (start > 0 || this.#tail.holds(start)) return start
    this.#found = this.#backfill(await this.#tail.history(start))
    return this.#found === null ? this.#cursor : start
  }

  async next(): Promise<Step | null> {
    if (this.#found !== null) {
      const found = this.#found
      this.#found = null
      return found
    }
    for (;;) {
      // Streaming: from what this node holds, the same for all who stand here.
      const next = await this.#tail.next(this.#reader, this.#cursor)
      if (next === null) return null
      if (next !== 'behind') return this.#passOn(next)
      const step = this.#backfill(await this.#tail.history(this.#cursor))
      if (step !== null) return step
      if (this.#reader.isOver && this.#cursor >= this.#tail.last) return null
    }
  }

  [Symbol.dispose](): void {
    this.#signal.removeEventListener('abort', this.#onAbort)
    this.#end()
  }

  /** From the store, until the tail holds what comes next, which is the cutover. */
  #backfill(history: History): Step | null {
    const { slice } = history
    const first = firstAbove(history, this.#cursor)
    if (first === this.#cursor + 1) return slice === null ? null : this.#passOn(slice)
    // Whoever asked for all that is kept has missed nothing of it.
    const isGap = this.#cursor > 0
    this.#cursor = first - 1
    return isGap ? { kind: 'reset', oldest: first } : null
  }

  #passOn(slice: Slice): Step {
    this.#cursor = slice.last
    return { kind: 'slice', slice }
  }

  #end(): void {
    const { wake } = this.#reader
    this.#reader.isOver = true
    this.#reader.wake = null
    wake?.(null)
  }
}

/** Not the one above the cursor where that is gone, was never stored, or nobody has given it out. */
function firstAbove({ oldest, last, slice }: History, cursor: number): number {
  if (cursor > last) return oldest
  return slice?.events[0]?.offset ?? last + 1
}
