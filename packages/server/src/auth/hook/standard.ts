import { createPublicKey, verify, type KeyObject } from 'node:crypto'
import type { StandardScheme } from '../../core/hook.ts'
import type { VerifiedHook } from '../../ports/hooks.ts'
import { anyMatches, hmac, readHeader, refused, untimely } from './signature.ts'

/** More keys than anybody rotates through; each one costs a verification. */
const signaturesAtMost = 16

/** Standard Webhooks 1.0.0: `{id}.{timestamp}.{body}`, signatures divided by spaces. */
export function createStandard(scheme: StandardScheme): VerifiedHook['verify'] {
  const key = scheme.publicKey === null ? null : publicKeyOf(scheme.publicKey)
  return (message, now) => {
    const id = readHeader(message, 'webhook-id')
    if (!('value' in id)) return refused(id.kind, 'webhook-id')
    const timestamp = readHeader(message, 'webhook-timestamp')
    if (!('value' in timestamp)) return refused(timestamp.kind, 'webhook-timestamp')
    const signatures = readHeader(message, 'webhook-signature')
    if (!('value' in signatures)) return refused(signatures.kind, 'webhook-signature')
    const terms = { now, toleranceMs: scheme.toleranceMs, header: 'webhook-timestamp' }
    const late = untimely(timestamp.value, 1_000, terms)
    if (late !== null) return late
    // As the bytes that came, each one a character here.
    const head = Buffer.from(`${id.value}.${timestamp.value}.`, 'latin1')
    const given = signatures.value.split(' ').slice(0, signaturesAtMost)
    const isOurs =
      anyMatches(
        versioned(given, 'v1,'),
        scheme.secrets.map((secret) =>
          hmac('sha256', secret, [head, message.body]).toString('base64'),
        ),
      ) ||
      (key !== null && anyVerifies(versioned(given, 'v1a,'), head, message.body, key))
    return isOurs
      ? { kind: 'verified', id: id.value, timestamp: timestamp.value }
      : refused('no-match')
  }
}

/** Each version has its own kind of key, so that none can be taken for the other. */
const versioned = (given: readonly string[], version: string): readonly string[] =>
  given.filter((one) => one.startsWith(version)).map((one) => one.slice(version.length))

function anyVerifies(
  given: readonly string[],
  head: Uint8Array,
  body: Uint8Array,
  key: KeyObject,
): boolean {
  if (given.length === 0) return false
  const signed = Buffer.concat([head, body])
  return given.some((one) => verify(null, signed, key, Buffer.from(one, 'base64')))
}

function publicKeyOf(bytes: Uint8Array): KeyObject {
  const x = Buffer.from(bytes).toString('base64url')
  return createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' })
}
