import { Counter, type Histogram, type Registry } from '@prometheus-io/client'

/**
 * Counters and histograms whose series are plain numbers in memory, given to the registry when it
 * is rendered. The registry's own look their labels up at every observation, which costs several
 * times as much, and there are about ten observations in the life of a job.
 */

type Labels = Readonly<Record<string, string>>

export interface Count {
  /** @param by 1 by default */
  inc(by?: number): void
}

export interface Measure {
  observe(seconds: number): void
}

/** @param name with its unit and `_total` last @returns what makes a series; each only once */
export function createCounter(
  registry: Registry,
  name: string,
  help: string,
  labelNames: readonly string[],
): (labels: Labels) => Count {
  const cells: { readonly labels: Labels; count: number }[] = []
  const counter = new Counter<string>({
    name,
    help,
    labelNames,
    registers: [registry],
    collect() {
      counter.reset()
      for (const { labels, count } of cells) if (count > 0) counter.inc(labels, count)
    },
  })
  return (labels) => {
    const cell = { labels, count: 0 }
    cells.push(cell)
    return {
      inc(by = 1) {
        cell.count += by
      },
    }
  }
}

interface Distribution {
  readonly labels: Labels
  /** For each bucket what fell into it and no lower one; the last is for all beyond. */
  readonly counts: Float64Array
  sum: number
}

/**
 * @param bounds upper bounds of the buckets, ascending
 * @returns what makes a series; each only once
 */
export function createHistogram(
  registry: Registry,
  name: string,
  help: string,
  bounds: readonly number[],
): (labels: Labels) => Measure {
  const distributions: Distribution[] = []
  const metric = {
    name,
    help,
    type: 'histogram',
    get: async () => ({
      name,
      help,
      type: 'histogram',
      values: distributions.flatMap((distribution) => samplesOf(name, bounds, distribution)),
    }),
  }
  // A registry asks its metrics for this and nothing else when it is rendered.
  registry.registerMetric(metric as unknown as Histogram<string>)
  return (labels) => {
    const counts = new Float64Array(bounds.length + 1)
    const distribution: Distribution = { labels, counts, sum: 0 }
    distributions.push(distribution)
    return {
      observe(seconds) {
        let bucket = 0
        while (bucket < bounds.length && seconds > (bounds[bucket] ?? Infinity)) bucket += 1
        counts[bucket] = (counts[bucket] ?? 0) + 1
        distribution.sum += seconds
      },
    }
  }
}

function samplesOf(name: string, bounds: readonly number[], distribution: Distribution) {
  const { labels, counts, sum } = distribution
  let total = 0
  const buckets = Array.from(counts, (count, index) => {
    total += count
    const le = index < bounds.length ? String(bounds[index]) : '+Inf'
    return { metricName: `${name}_bucket`, labels: { le, ...labels }, value: total }
  })
  // A series that was never observed says nothing.
  if (total === 0) return []
  return [
    ...buckets,
    { metricName: `${name}_sum`, labels, value: sum },
    { metricName: `${name}_count`, labels, value: total },
  ]
}
