import type { Clock } from '../ports/clock.ts'

const freshMs = 1_000

/** Several scrapers, and the gauges of each, share one look into the store for a second. */
export function shareBriefly<Seen>(clock: Clock, look: () => Promise<Seen>): () => Promise<Seen> {
  let lookedAt = -Infinity
  let seen: Promise<Seen> | null = null
  return () => {
    const now = clock.monotonic()
    if (seen !== null && now - lookedAt < freshMs) return seen
    lookedAt = now
    seen = look()
    return seen
  }
}
