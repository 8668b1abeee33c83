import { setTimeout as sleep } from 'node:timers/promises'
import type { Audience } from '../fan-out/measure.ts'
import type { Source } from '../fan-out/source.ts'

const patienceMs = 120_000
const lookMs = 20

export interface Counted {
  readonly source: Source
  /** Until all that was sent has arrived; a figure that leaves lost ones out is no figure. */
  untilArrived(): Promise<void>
}

/**
 * A source that knows how much it has sent to an audience that nobody else sends to.
 *
 * @param before what had arrived there until now
 */
export function counted(source: Source, audience: Audience, before: number): Counted {
  let sent = before
  return {
    source: {
      ...source,
      send(count) {
        sent += count
        return source.send(count)
      },
    },
    async untilArrived() {
      const end = performance.now() + patienceMs
      let arrived = 0
      while (arrived < sent && performance.now() < end) {
        await sleep(lookMs)
        arrived = (await audience.read()).delivered
      }
      if (arrived < sent) throw new Error(`${arrived} arrived of ${sent} events`)
    },
  }
}
