/** Latencies in milliseconds, kept one by one so that percentiles are exact. */
export interface Latencies {
  add(ms: number): void
  /** @param share from 0 to 1; the median is 0.5 */
  percentile(share: number): number
  readonly count: () => number
}

/** @param limit how many are kept; what comes after that is not */
export function createLatencies(limit: number): Latencies {
  const kept = new Float64Array(limit)
  let count = 0
  return {
    add(ms) {
      if (count === limit) return
      kept[count] = ms
      count += 1
    },
    percentile(share) {
      const sorted = kept.subarray(0, count).toSorted()
      return sorted[Math.min(count - 1, Math.floor(share * count))] ?? Number.NaN
    },
    count: () => count,
  }
}
