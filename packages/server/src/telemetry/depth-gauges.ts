import { Gauge, type Registry } from '@prometheus-io/client'
import type { Clock } from '../ports/clock.ts'
import type { Depth } from '../ports/store.ts'
import { addDeadLetterGauges } from './dead-letter-gauges.ts'
import { shareBriefly } from './share-briefly.ts'

const stages = ['ready', 'delayed', 'blocked', 'running', 'parked'] as const

/**
 * How much waits and runs, looked up when the metrics are rendered. Where the store cannot say, there
 * are no depths to show, and everything else is shown still.
 */
export function addDepthGauges(
  registry: Registry,
  options: {
    readonly clock: Clock
    depths(): Promise<readonly Depth[]>
    deadLetterAlertOf?(operation: string): number
  },
): void {
  const { clock } = options
  const look = shareBriefly(clock, () => options.depths().catch(() => []))
  addDeadLetterGauges(registry, look, (operation) => options.deadLetterAlertOf?.(operation) ?? 0)
  const jobs = new Gauge({
    name: 'buzzer_jobs',
    help: 'Jobs that have not ended, by where they are.',
    labelNames: ['operation', 'stage'],
    registers: [registry],
    async collect() {
      const depths = await look()
      jobs.reset()
      for (const depth of depths) {
        for (const stage of stages) jobs.set({ operation: depth.operation, stage }, depth[stage])
      }
    },
  })
  const oldest = new Gauge({
    name: 'buzzer_oldest_ready_seconds',
    help: 'For how long the oldest runnable job could have run; 0 where none waits.',
    labelNames: ['operation'],
    registers: [registry],
    async collect() {
      const depths = await look()
      oldest.reset()
      for (const { operation, oldestReadyAt } of depths) {
        const ageMs = oldestReadyAt === null ? 0 : clock.now() - oldestReadyAt
        oldest.set({ operation }, Math.max(0, ageMs) / 1_000)
      }
    },
  })
}
