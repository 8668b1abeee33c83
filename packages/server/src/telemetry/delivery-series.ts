import { Counter, Histogram, type Registry } from '@prometheus-io/client'
import type { Telemetry } from '../ports/telemetry.ts'

/** Attempts to deliver events, by what came of them; their endpoints are without end. */
export function createDeliverySeries(registry: Registry): Pick<Telemetry, 'delivered'> {
  const registers = [registry]
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
