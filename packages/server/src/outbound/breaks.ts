/**
 * Tells of connections that broke. An answer without a length ends with its connection, and undici
 * takes a reset for such an end: half an answer would pass for a whole one.
 */
export interface Breaks {
  happened(origin: string): void
  /** @returns a function that ends the watch */
  watch(origin: string, listener: () => void): () => void
}

/** Undici does not say which connection an answer comes on, so all of an origin are taken for it. */
export function createBreaks(): Breaks {
  const watches = new Set<{ readonly origin: string; readonly listener: () => void }>()
  return {
    happened(origin) {
      for (const watch of watches) if (watch.origin === origin) watch.listener()
    },
    watch(origin, listener) {
      const watch = { origin, listener }
      watches.add(watch)
      return () => void watches.delete(watch)
    },
  }
}
