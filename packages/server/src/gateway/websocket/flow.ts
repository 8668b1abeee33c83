import type { Outbox } from './outbox.ts'
import type { Frames } from './text-frames.ts'

/** Events on their way to one reader. */
export interface Flow {
  /** How many events it takes; infinite where it did not say. */
  credit: number
  isOver: boolean
  /** Set while it waits for credit. */
  wake: (() => void) | null
}

/**
 * No more than about so many bytes go out at a time, so that several readers take turns, and a slow
 * one is seen to take something.
 */
const pieceBytes = 65_536

/** @returns a promise where they are not taken at once */
export function passOn(outbox: Outbox, flow: Flow, frames: Frames): Promise<void> | void {
  if (flow.isOver) return
  const { bytes, ends } = frames
  const isSimple = bytes.length <= pieceBytes && ends.length <= flow.credit
  if (!isSimple || !outbox.isFree()) return pass(outbox, flow, frames)
  flow.credit -= ends.length
  outbox.write(bytes)
}

/** Passes events on as they are taken: never more than there is credit for, and by turns. */
async function pass(outbox: Outbox, flow: Flow, { bytes, ends }: Frames): Promise<void> {
  let from = 0
  while (from < ends.length && !flow.isOver) {
    if (flow.credit <= 0) {
      await credited(flow)
      continue
    }
    await outbox.turn()
    if (!flow.isOver) {
      const to = pieceEnd(ends, from, flow.credit)
      flow.credit -= to - from
      outbox.write(bytes.subarray(ends[from - 1] ?? 0, ends[to - 1]))
      from = to
    }
    outbox.passOn()
  }
}

/** At least one event, and at most as many as there is credit for. */
function pieceEnd(ends: readonly number[], from: number, credit: number): number {
  const start = ends[from - 1] ?? 0
  const most = Math.min(ends.length, from + credit)
  let to = from + 1
  while (to < most && (ends[to] ?? 0) - start <= pieceBytes) to += 1
  return to
}

function credited(flow: Flow): Promise<void> {
  return new Promise((resolve) => {
    flow.wake = () => {
      flow.wake = null
      resolve()
    }
  })
}
