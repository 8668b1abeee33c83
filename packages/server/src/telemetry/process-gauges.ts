import { monitorEventLoopDelay } from 'node:perf_hooks'
import { Counter, Gauge, type Registry } from '@prometheus-io/client'

/** How often the delay of the event loop is measured, in milliseconds. */
const resolutionMs = 20
const quantiles = [0.5, 0.99, 1] as const

/**
 * What the process itself uses, measured when the metrics are rendered.
 *
 * @returns what ends the measuring of the event loop
 */
export function addProcessGauges(registry: Registry, version: string): () => void {
  const registers = [registry]
  new Gauge({
    name: 'buzzer_build_info',
    help: 'Which Buzzer this is, and on which Node.',
    labelNames: ['version', 'node'],
    registers,
  }).set({ version, node: process.version }, 1)
  new Gauge({
    name: 'buzzer_process_start_time_seconds',
    help: 'When the process began, in seconds since 1970.',
    registers,
  }).set(Math.round(Date.now() / 1_000 - process.uptime()))
  const memory = new Gauge({
    name: 'buzzer_process_memory_bytes',
    help: 'Memory of the process: resident, of the heap, and outside of it.',
    labelNames: ['kind'],
    registers,
    collect() {
      const { rss, heapUsed, external } = process.memoryUsage()
      memory.set({ kind: 'resident' }, rss)
      memory.set({ kind: 'heap' }, heapUsed)
      memory.set({ kind: 'external' }, external)
    },
  })
  const processor = new Counter({
    name: 'buzzer_process_cpu_seconds_total',
    help: 'Processor time used by the process and the system for it.',
    registers,
    collect() {
      const { user, system } = process.cpuUsage()
      processor.reset()
      processor.inc((user + system) / 1e6)
    },
  })
  return addLoopDelay(registry)
}

function addLoopDelay(registry: Registry): () => void {
  const delays = monitorEventLoopDelay({ resolution: resolutionMs })
  delays.enable()
  const gauge = new Gauge({
    name: 'buzzer_event_loop_delay_seconds',
    help: 'By how much timers were late since the metrics were last rendered.',
    labelNames: ['quantile'],
    registers: [registry],
    collect() {
      for (const quantile of quantiles) {
        gauge.set({ quantile }, lateness(delays.percentile(quantile * 100)))
      }
      delays.reset()
    },
  })
  return () => void delays.disable()
}

/** The histogram holds the whole time between two looks, of which the interval is no delay. */
const lateness = (nanoseconds: number): number =>
  Math.max(0, nanoseconds / 1e9 - resolutionMs / 1_000)
