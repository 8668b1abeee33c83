import { Gauge, type Registry } from '@prometheus-io/client'
import { deadLetterAlarms } from '../core/dead-letter.ts'
import type { Depth } from '../ports/store.ts'

/**
 * How many dead letters each operation has, and where they are too many.
 *
 * @param look gives the depths as they were a moment ago
 * @param alertOf from how many on they are too many; 0 for never
 */
export function addDeadLetterGauges(
  registry: Registry,
  look: () => Promise<readonly Depth[]>,
  alertOf: (operation: string) => number,
): void {
  const gauge = (
    name: string,
    help: string,
    values: (depths: readonly Depth[]) => Counted,
  ): void => {
    const made = new Gauge({
      name,
      help,
      labelNames: ['operation'],
      registers: [registry],
      async collect() {
        const depths = await look()
        made.reset()
        for (const [operation, value] of values(depths)) made.set({ operation }, value)
      },
    })
  }
  gauge(
    'buzzer_dead_letters',
    'Jobs that used up their attempts and wait for somebody.',
    (depths) => depths.map(({ operation, deadLetters }) => [operation, deadLetters]),
  )
  gauge(
    'buzzer_dead_letters_alert',
    '1 where an operation has too many dead letters.',
    (depths) => {
      const alarms = new Set(deadLetterAlarms(depths, alertOf).map(({ operation }) => operation))
      return depths.map(({ operation }) => [operation, alarms.has(operation) ? 1 : 0])
    },
  )
}

type Counted = readonly (readonly [operation: string, value: number])[]
