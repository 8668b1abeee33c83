/**
 * Waits for the end of this turn of the event loop, together with all who wait in it. Answers that
 * are there at once are written then, one right after the other: written as they are made, each
 * wakes its reader's process anew, which costs more than to make most of them.
 */
export type TurnEnd = () => Promise<void>

/** @param soon calls back when what has come in by now was taken in */
export function createTurnEnd(soon: (callback: () => void) => void): TurnEnd {
  let end: Promise<void> | null = null
  return () =>
    (end ??= new Promise((resolve) =>
      soon(() => {
        end = null
        resolve()
      }),
    ))
}
