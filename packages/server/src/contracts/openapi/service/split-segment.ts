/** Where the value of a parameter begins and ends in its segment. */
export type Span = readonly [start: number, end: number]

/**
 * Splits a segment as received into its parameters, in time linear in it: each one takes as little
 * as it can, the last one the rest.
 *
 * @param texts the text before, between and after the parameters: one more than there are of them
 * @returns null where it does not match
 */
export function splitFromLeft(texts: readonly string[], received: string): readonly Span[] | null {
  const bounds = boundsOf(texts, received)
  if (bounds === null) return null
  const spans: Span[] = []
  let [start] = bounds
  for (const text of texts.slice(1, -1)) {
    // A parameter is never empty.
    const end = nextPlace(received, text, start + 1)
    if (end === -1) return null
    spans.push([start, end])
    start = end + text.length
  }
  return start < bounds[1] ? [...spans, [start, bounds[1]]] : null
}

/** The same from the other side: each parameter takes as little as it can, the first one the rest. */
export function splitFromRight(texts: readonly string[], received: string): readonly Span[] | null {
  const bounds = boundsOf(texts, received)
  if (bounds === null) return null
  const spans: Span[] = []
  let [, end] = bounds
  for (const text of texts.slice(1, -1).toReversed()) {
    const at = previousPlace(received, text, end - 1 - text.length)
    if (at === -1) return null
    spans.unshift([at + text.length, end])
    end = at
  }
  return bounds[0] < end ? [[bounds[0], end], ...spans] : null
}

function boundsOf(texts: readonly string[], received: string): Span | null {
  const [first = '', last = ''] = [texts[0], texts.at(-1)]
  return received.startsWith(first) && received.endsWith(last)
    ? [first.length, received.length - last.length]
    : null
}

function nextPlace(received: string, text: string, from: number): number {
  let at = from > received.length ? -1 : received.indexOf(text, from)
  while (at !== -1 && isWithinTriplet(received, at)) {
    at = at < received.length ? received.indexOf(text, at + 1) : -1
  }
  return at
}

function previousPlace(received: string, text: string, from: number): number {
  let at = from < 0 ? -1 : received.lastIndexOf(text, from)
  while (at !== -1 && isWithinTriplet(received, at)) {
    at = at > 0 ? received.lastIndexOf(text, at - 1) : -1
  }
  return at
}

/** Whether a place lies within a percent-encoded triplet, which is one character. */
const isWithinTriplet = (text: string, at: number): boolean =>
  isTriplet(text.slice(Math.max(0, at - 1), at + 2)) ||
  (at > 1 && isTriplet(text.slice(at - 2, at + 1)))

const isTriplet = (text: string): boolean => /^%[\da-f]{2}$/i.test(text)
