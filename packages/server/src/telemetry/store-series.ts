import type { Registry } from '@prometheus-io/client'
import type { Telemetry } from '../ports/telemetry.ts'
import { createHistogram } from './cells.ts'

const secondBounds = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 5]
const commandBounds = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1_024, 2_048, 4_096]

/** How the store gets on: what one commit takes, and how many commands share it. */
export function createStoreSeries(registry: Registry): Pick<Telemetry, 'committed'> {
  const duration = createHistogram(
    registry,
    'buzzer_store_batch_seconds',
    'How long the store worked on a batch of commands, its commit to disk included.',
    secondBounds,
  )({})
  const size = createHistogram(
    registry,
    'buzzer_store_batch_commands',
    'Commands that shared one commit.',
    commandBounds,
  )({})
  return {
    committed(commands, tookMs) {
      duration.observe(tookMs / 1_000)
      size.observe(commands)
    },
  }
}
