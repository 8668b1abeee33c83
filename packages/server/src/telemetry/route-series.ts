import type { Registry } from '@prometheus-io/client'
import type { Telemetry } from '../ports/telemetry.ts'
import { createCounter, createHistogram, type Count, type Measure } from './cells.ts'

const bounds = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]
const classes = ['1xx', '2xx', '3xx', '4xx', '5xx'] as const

interface RouteSeries {
  /** By the first digit of the status, from 1 on. */
  readonly requests: readonly Count[]
  readonly duration: Measure
}

/** Requests by route: how many, how they were answered, how long it took. */
export function createRouteSeries(registry: Registry): Pick<Telemetry, 'answered'> {
  const count = createCounter(
    registry,
    'buzzer_http_requests_total',
    'Requests that were answered, by the class of the status.',
    ['route', 'status'],
  )
  const measure = createHistogram(
    registry,
    'buzzer_http_request_seconds',
    'How long requests took until their answer was known, waits that they asked for included.',
    bounds,
  )
  const known = new Map<string, RouteSeries>()
  const seriesOf = (route: string): RouteSeries => {
    const found = known.get(route)
    if (found !== undefined) return found
    const requests = classes.map((status) => count({ route, status }))
    const series = { requests, duration: measure({ route }) }
    known.set(route, series)
    return series
  }
  return {
    answered(route, status, tookMs) {
      const { requests, duration } = seriesOf(route)
      requests[Math.floor(status / 100) - 1]?.inc()
      duration.observe(tookMs / 1_000)
    },
  }
}
