import type { Millis } from '../../core/time.ts'
import type { EngineContext } from '../context.ts'

/**
 * The offset before the first event of a channel at or after a moment, found by halving: events of a
 * channel stand in the order of their times, but for what two nodes said in the same moment.
 */
export async function findOffset(
  { store }: Pick<EngineContext, 'store'>,
  tenant: string,
  channel: string,
  at: Millis,
): Promise<number> {
  const { oldest, last } = await store.events.read(tenant, channel, Number.MAX_SAFE_INTEGER, 1)
  let low = oldest - 1
  let high = last
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    const { events } = await store.events.read(tenant, channel, middle, 1)
    const [event] = events
    if (event === undefined || event.at >= at) high = middle
    else low = event.offset
  }
  return low
}
