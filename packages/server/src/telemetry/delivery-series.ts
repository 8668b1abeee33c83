import { Counter, Gauge, Histogram, type Registry } from '@prometheus-io/client'
import type { Clock } from '../ports/clock.ts'
import type { DeliveryDepth } from '../ports/deliveries.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { shareBriefly } from './share-briefly.ts'

interface DeliverySeriesOptions {
  readonly clock: Clock
  deliveryDepth(): Promise<DeliveryDepth>
}

/** Attempts to deliver events, by what came of them; their endpoints are without end. */
export function createDeliverySeries(
  registry: Registry,
  options: DeliverySeriesOptions,
): Pick<Telemetry, 'delivered'> {
  const registers = [registry]
  addWaitingGauges(registry, options)
  const attempts = new Counter({
    name: 'buzzer_delivery_attempts_total',
    help: 'Attempts to deliver an event to a webhook or a callback, by what came of them.',
    labelNames: ['outcome'],
    registers,
  })
  const duration = new Histogram({
    name: 'buzzer_delivery_attempt_seconds',
    help: 'How long an attempt to deliver an event took, until its answer was there.',
    buckets: [0.005, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 15, 30],
    registers,
  })
  return {
    delivered(outcome, tookMs) {
      attempts.inc({ outcome })
      duration.observe(tookMs > 0 && tookMs < Infinity ? tookMs / 1_000 : 0)
    },
  }
}

/** Where the store cannot say, they stay as they were, and everything else is shown still. */
function addWaitingGauges(
  registry: Registry,
  { clock, deliveryDepth }: DeliverySeriesOptions,
): void {
  const look = shareBriefly(clock, () => deliveryDepth().catch(() => null))
  const gauge = (name: string, help: string, valueOf: (depth: DeliveryDepth) => number): void => {
    const made = new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const depth = await look()
        if (depth !== null) made.set(valueOf(depth))
      },
    })
  }
  gauge(
    'buzzer_deliveries_waiting',
    'Deliveries that wait for an attempt, the first or another one.',
    ({ scheduled }) => scheduled,
  )
  gauge(
    'buzzer_delivery_oldest_due_seconds',
    'For how long the oldest delivery that waits could have been sent; 0 where none is late.',
    ({ oldestDueAt }) =>
      oldestDueAt === null ? 0 : Math.max(0, clock.now() - oldestDueAt) / 1_000,
  )
}
