/** Both in bytes from the start, `end` exclusive. */
export interface Range {
  readonly start: number
  readonly end: number
}

/**
 * Reads `Range` (RFC 9110, section 14.2) for a body of that size. What is no range of bytes, or
 * more than one, is passed over, as the RFC allows: the whole is then the answer.
 */
export function parseRange(
  header: string | undefined,
  size: number,
): Range | 'whole' | 'unsatisfiable' {
  const [, first, last] = /^\s*bytes\s*=\s*(\d*)\s*-\s*(\d*)\s*$/i.exec(header ?? '') ?? []
  if (first === undefined || last === undefined || `${first}${last}` === '') return 'whole'
  if (first === '') return lastBytes(Number(last), size)
  const start = Number(first)
  if (last !== '' && Number(last) < start) return 'whole'
  if (start >= size) return 'unsatisfiable'
  return { start, end: last === '' ? size : Math.min(Number(last) + 1, size) }
}

const lastBytes = (count: number, size: number): Range | 'unsatisfiable' =>
  count === 0 || size === 0 ? 'unsatisfiable' : { start: Math.max(0, size - count), end: size }

/**
 * Whether a range may be given to somebody who has part of something already (RFC 9110, section
 * 13.1.5). Only a strong entity tag proves that it is the same; we know no dates.
 */
export const isSame = (ifRange: string | undefined, etag: string): boolean =>
  ifRange === undefined || (etag.startsWith('"') && ifRange.trim() === etag)
