import type { EngineContext } from '../context.ts'
import { createFollower, type Step } from './follow.ts'
import type { ReadablePlace } from './place.ts'
import type { Slice } from './ring.ts'

/** What a reader of a channel is told. */
export type ChannelNews =
  /** First of all: the cursor that it begins at, and the last offset that was given out by then. */
  { readonly kind: 'start'; readonly cursor: number; readonly last: number } | Step

/** How somebody reads a channel. */
export interface ChannelReading {
  /** The reader's cursor, exclusive; null for what comes from now on. */
  readonly since: number | null
  readonly signal: AbortSignal
  /** Lets others see the reader, who then misses nothing that they publish; null where unseen. */
  readonly enter?: (() => Disposable) | null
}

/**
 * Replays a channel above a cursor and then follows it, for whatever protocol: without a gap, and
 * no event twice. The reader pulls: what it does not take is not held for it, and when it comes back
 * it reads on from the store, or is told that what it missed is gone.
 *
 * @param reading its signal ends the stream; it then just stops, and the last offset resumes it
 */
export async function* watchChannel(
  ctx: EngineContext,
  place: ReadablePlace,
  { since, signal, enter }: ChannelReading,
): AsyncGenerator<ChannelNews, void> {
  // Held before anything is read, so that nothing falls between the history and what follows it.
  using held = ctx.tails.hold(place)
  const last = await held.tail.ready()
  using follower = createFollower(held.tail, since ?? last, signal)
  const cursor = await follower.begin()
  using _seen = enter?.()
  yield { kind: 'start', cursor, last: held.tail.last }
  while (!signal.aborted) {
    const step = await follower.next()
    if (step === null) return
    yield step
  }
}

/** A part of a channel. */
export interface ChannelPart {
  /** Null where nothing was above the cursor. */
  readonly slice: Slice | null
  /** The oldest offset that is left, where what was asked for is gone. */
  readonly reset: number | null
  /** The cursor before the slice. */
  readonly cursor: number
}

/**
 * Long polling: the events above a cursor, as soon as there are any.
 *
 * @param reading its signal is aborted when the wait is over; there is one look at least
 */
export async function readChannel(
  ctx: EngineContext,
  place: ReadablePlace,
  { since, signal, enter }: ChannelReading,
): Promise<ChannelPart> {
  using held = ctx.tails.hold(place)
  const last = await held.tail.ready()
  using follower = createFollower(held.tail, since ?? last, signal)
  let cursor = await follower.begin()
  using _seen = enter?.()
  let reset: number | null = null
  for (;;) {
    const step = await follower.next()
    if (step === null) return { slice: null, reset, cursor: follower.cursor }
    if (step.kind === 'slice') return { slice: step.slice, reset, cursor }
    reset = step.oldest
    cursor = follower.cursor
  }
}
