import { createHmac, hash, timingSafeEqual } from 'node:crypto'
import type { HookMessage, Refused, Verdict } from '../../ports/hooks.ts'

type Read = { readonly kind: 'value'; readonly value: string } | { readonly kind: Refused['kind'] }

/** A header that has to be there once: of two nobody knows which of them was signed for. */
export function readHeader({ rawHeaders }: HookMessage, name: string): Read {
  const values = rawHeaders.filter(
    (_, index) => index % 2 === 1 && rawHeaders[index - 1]?.toLowerCase() === name,
  )
  const [value = ''] = values
  if (values.length > 1) return { kind: 'repeated' }
  return value.trim() === '' ? { kind: 'missing' } : { kind: 'value', value: value.trim() }
}

export const refused = (kind: Refused['kind'], header = ''): Verdict => ({
  kind: 'refused',
  why: { kind, header } as Refused,
})

/** A header that may be left out; null where it is, or came more than once. */
export function optionalHeader(message: HookMessage, name: string): string | null {
  const read = readHeader(message, name)
  return 'value' in read ? read.value : null
}

export const hmac = (
  algorithm: 'sha256' | 'sha512' | 'sha1',
  secret: string | Uint8Array,
  parts: readonly (string | Uint8Array)[],
): Buffer => {
  const made = createHmac(algorithm, secret)
  for (const part of parts) made.update(part)
  return made.digest()
}

/**
 * Whether any of the signatures given is any of those expected. Each pair is compared, in constant
 * time, so that how long it takes tells nothing of which was nearest.
 */
export function anyMatches(given: readonly string[], expected: readonly string[]): boolean {
  let found = false
  for (const one of given) for (const other of expected) found = same(one, other) || found
  return found
}

/** Digests are of one length, so that not even that of the secret's shows. */
const same = (one: string, other: string): boolean =>
  timingSafeEqual(hash('sha256', one, 'buffer'), hash('sha256', other, 'buffer'))

const farthest = 100_000_000_000_000

/**
 * Whether a call was signed about now.
 *
 * @param text digits alone
 * @returns null where it was
 */
export function untimely(
  text: string,
  unitMs: number,
  terms: { readonly now: number; readonly toleranceMs: number; readonly header: string },
): Verdict | null {
  if (!/^\d{1,15}$/.test(text)) return refused('unreadable', terms.header)
  const at = Math.min(Number(text) * unitMs, farthest)
  if (terms.now - at > terms.toleranceMs) return refused('too-old')
  return at - terms.now > terms.toleranceMs ? refused('too-new') : null
}
