import { Counter, Gauge, type Registry } from '@prometheus-io/client'
import type { Telemetry } from '../ports/telemetry.ts'

/** WebSockets that are open, and readers that were too slow for theirs. */
export function createSocketSeries(
  registry: Registry,
): Pick<Telemetry, 'socketOpened' | 'socketClosed' | 'readerDropped'> {
  const registers = [registry]
  const open = new Gauge({
    name: 'buzzer_websockets',
    help: 'WebSockets that are open, by their subprotocol.',
    labelNames: ['protocol'],
    registers,
  })
  const dropped = new Counter({
    name: 'buzzer_slow_readers_dropped_total',
    help: 'Readers of events that were dropped because they took nothing for 15 seconds.',
    registers,
  })
  return {
    socketOpened: (protocol) => open.inc({ protocol }),
    socketClosed: (protocol) => open.dec({ protocol }),
    readerDropped: () => dropped.inc(),
  }
}
