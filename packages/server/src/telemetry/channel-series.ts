import type { Registry } from '@prometheus-io/client'
import type { Telemetry } from '../ports/telemetry.ts'
import { createCounter, type Count } from './cells.ts'

/** Events by the declaration of their channel, of which there are few; names are without end. */
export function createChannelSeries(registry: Registry): Pick<Telemetry, 'published'> {
  const count = createCounter(
    registry,
    'buzzer_events_published_total',
    'Events that were published, by the declaration of their channel.',
    ['channel'],
  )
  const known = new Map<string, Count>()
  return {
    published(channel, by) {
      const series = known.get(channel) ?? count({ channel })
      known.set(channel, series)
      series.inc(by)
    },
  }
}
