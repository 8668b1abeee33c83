import { Counter, Gauge, Registry } from '@prometheus-io/client'
import type { Clock } from '../ports/clock.ts'
import type { DeliveryDepth } from '../ports/deliveries.ts'
import type { Depth } from '../ports/store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import { createChannelSeries } from './channel-series.ts'
import { createDeliverySeries } from './delivery-series.ts'
import { addDepthGauges } from './depth-gauges.ts'
import { createOperationSeries } from './operation-series.ts'
import { addProcessGauges } from './process-gauges.ts'
import { createRouteSeries } from './route-series.ts'
import { createSocketSeries } from './socket-series.ts'
import { createStoreSeries } from './store-series.ts'

export interface MetricsOptions {
  readonly clock: Clock
  /** Of Buzzer, for `buzzer_build_info`. */
  readonly version: string
  /** How much waits and runs; asked at most once a second, and only when somebody looks. */
  depths(): Promise<readonly Depth[]>
  /** From how many dead letters of an operation on they are too many; 0 for never. */
  deadLetterAlertOf?(operation: string): number
  /** How many deliveries wait; asked as seldom as that. */
  deliveryDepth(): Promise<DeliveryDepth>
  /** Attempts that this node runs, and how many it can. */
  slots(): Slots
}

export interface Slots {
  readonly busy: number
  readonly all: number
}

export interface Metrics extends Telemetry, Disposable {
  /** `application/openmetrics-text`, version 1.0.0. */
  readonly contentType: string
  /** Everything in OpenMetrics text; never fails, and leaves out what cannot be told now. */
  render(): Promise<string>
}

/** Counts and measures into a registry of its own. */
export function createMetrics(options: MetricsOptions): Metrics {
  const registry = new Registry(Registry.OPENMETRICS_CONTENT_TYPE)
  const seriesOf = createOperationSeries(registry)
  const rejections = new Counter({
    name: 'buzzer_rejected_total',
    help: 'Requests that were refused, by the code of their problem.',
    labelNames: ['code'],
    registers: [registry],
  })
  addDepthGauges(registry, options)
  addSlotGauge(registry, options)
  const routes = createRouteSeries(registry)
  const store = createStoreSeries(registry)
  const channels = createChannelSeries(registry)
  const sockets = createSocketSeries(registry)
  const lostSpans = new Counter({
    name: 'buzzer_spans_lost_total',
    help: 'Spans that were not sent: more than could be, or to a collector that did not take them.',
    registers: [registry],
  })
  const endProcessGauges = addProcessGauges(registry, options.version)
  return {
    accepted(operation, tookMs) {
      const series = seriesOf(operation)
      series.accept.observe(seconds(tookMs))
      series.accepted.inc()
    },
    replayed: (operation) => seriesOf(operation).replayed.inc(),
    answered: routes.answered,
    rejected: (code) => rejections.inc({ code }),
    shed: (operation, reason) => seriesOf(operation).shed[reason].inc(),
    started: (operation, waitedMs) => seriesOf(operation).wait.observe(seconds(waitedMs)),
    attempted(operation, tookMs, outcome) {
      const series = seriesOf(operation)
      series.run.observe(seconds(tookMs))
      series.attempts[outcome].inc()
    },
    retried: (operation) => seriesOf(operation).retried.inc(),
    ended(operation, state, lifeMs) {
      const series = seriesOf(operation)
      series.life.observe(seconds(lifeMs))
      series.outcomes[state].inc()
    },
    deadLettered: (operation) => seriesOf(operation).deadLettered.inc(),
    leaseLost: (operation) => seriesOf(operation).leasesLost.inc(),
    lateOutcome: (operation) => seriesOf(operation).lateOutcomes.inc(),
    committed: store.committed,
    published: channels.published,
    ...sockets,
    ...createDeliverySeries(registry, options),
    spansLost: (count) => lostSpans.inc(count),
    contentType: registry.contentType,
    render: () => registry.metrics(),
    [Symbol.dispose]: endProcessGauges,
  }
}

function addSlotGauge(registry: Registry, options: MetricsOptions): void {
  const gauge = new Gauge({
    name: 'buzzer_slots',
    help: 'Room for attempts on this node: how many run, and how many can.',
    labelNames: ['kind'],
    registers: [registry],
    collect() {
      const { busy, all } = options.slots()
      gauge.set({ kind: 'busy' }, busy)
      gauge.set({ kind: 'all' }, all)
    },
  })
}

/** A clock that was set back gives durations that are none; the library throws at those. */
const seconds = (ms: number): number => (ms > 0 && ms < Infinity ? ms / 1_000 : 0)
