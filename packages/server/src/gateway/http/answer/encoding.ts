import type { IncomingHttpHeaders } from 'node:http'

/** The content codings that we make, the one that we would rather first. */
const encodings = ['br', 'zstd', 'gzip'] as const
export type Encoding = (typeof encodings)[number]

/**
 * The codings that a caller takes: none who asks that nothing be transformed on its way (RFC 9111,
 * section 5.2.1.6). A page has no other way to say so, as its browser writes `Accept-Encoding`.
 */
export const acceptedBy = (headers: IncomingHttpHeaders): IncomingHttpHeaders['accept-encoding'] =>
  /(?:^|,)\s*no-transform\s*(?:,|$)/i.test(headers['cache-control'] ?? '')
    ? undefined
    : headers['accept-encoding']

/**
 * Chooses by `Accept-Encoding` (RFC 9110, section 12.5.3).
 *
 * @returns null where the bytes are best sent as they are
 */
export function chooseEncoding(header: string | readonly string[] | undefined): Encoding | null {
  if (header === undefined) return null
  const weights = parseWeights([header].flat().join(','))
  const weightOf = (name: string): number => weights.get(name) ?? weights.get('*') ?? 0
  const best = encodings.toSorted((a, b) => weightOf(b) - weightOf(a))[0]
  if (best === undefined || weightOf(best) === 0) return null
  return weightOf(best) >= (weights.get('identity') ?? 0) ? best : null
}

function parseWeights(header: string): ReadonlyMap<string, number> {
  const weights = new Map<string, number>()
  for (const item of header.toLowerCase().split(',')) {
    const [, name, weight = '1'] =
      /^\s*([\w*-]+)\s*(?:;\s*q=([01](?:\.\d{0,3})?)\s*)?$/.exec(item) ?? []
    if (name !== undefined) weights.set(name === 'x-gzip' ? 'gzip' : name, Number(weight))
  }
  return weights
}
