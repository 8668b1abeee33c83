import type { StripeScheme } from '../../core/hook.ts'
import type { VerifiedHook } from '../../ports/hooks.ts'
import { anyMatches, hmac, readHeader, refused, untimely } from './signature.ts'

const header = 'stripe-signature'

/** `Stripe-Signature: t=…,v1=…`, over `{t}.{body}`; `v0` and others are not looked at. */
export const createStripe =
  ({ secrets, toleranceMs }: StripeScheme): VerifiedHook['verify'] =>
  (message, now) => {
    const read = readHeader(message, header)
    if (!('value' in read)) return refused(read.kind, header)
    const pairs = read.value.split(',').map((pair) => pair.trim())
    const [timestamp, ...more] = valuesOf(pairs, 't=')
    const given = valuesOf(pairs, 'v1=').map((one) => one.toLowerCase())
    if (timestamp === undefined || more.length > 0 || given.length === 0)
      return refused('unreadable', header)
    const late = untimely(timestamp, 1_000, { now, toleranceMs, header })
    if (late !== null) return late
    const expected = secrets.map((secret) =>
      hmac('sha256', secret, [`${timestamp}.`, message.body]).toString('hex'),
    )
    return anyMatches(given, expected)
      ? { kind: 'verified', id: null, timestamp }
      : refused('no-match')
  }

const valuesOf = (pairs: readonly string[], start: string): readonly string[] =>
  pairs.filter((pair) => pair.startsWith(start)).map((pair) => pair.slice(start.length))
