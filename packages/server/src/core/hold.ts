/** Busy above, idle below: the share of its time that a process works. */
const busy = 0.9
const idle = 0.7
const leastMs = 20
const mostMs = 500

/**
 * How long refused callers wait for their answers. Those who come again at once, whatever they are
 * told, would take up with refusals what a busy process has left for work; those who do not have
 * only so many connections, which a long wait would use up. So it grows while the process is busy,
 * and goes back when it is not.
 *
 * @param holdMs the wait so far, in milliseconds
 * @param busyShare the share of its time that the process has worked lately, from 0 to 1
 */
export function nextHold(holdMs: number, busyShare: number): number {
  if (busyShare > busy) return Math.min(mostMs, Math.max(leastMs, holdMs * 1.5))
  if (busyShare > idle) return holdMs
  return holdMs > leastMs ? holdMs / 1.5 : 0
}

/** One caller's wait: not as long as the next one's, or those refused together come again together. */
export const holdOf = (holdMs: number, chance: number): number => holdMs * (0.5 + chance)
