import type { CloudEvent } from '@buzzer/contract'
import { readSignedHeaders, type SignedHeaders, type WebhookHeaders } from './signed-headers.ts'
import { WebhookVerificationError } from './verification-error.ts'
import { decodeBase64, verifyingKeys, type OneOrMore, type VerifyingKey } from './verifying-keys.ts'

/** What a receiver knows of who sends; at least one of `secret` and `publicKey`. */
export interface VerifyOptions {
  /** `whsec_…`, which the webhook showed when it was made (`v1`); several while it changes. */
  readonly secret?: OneOrMore | undefined
  /** `whpk_…` as `/v1/webhook-keys` has it (`v1a`), which needs no secret at the receiver. */
  readonly publicKey?: OneOrMore | undefined
  /** How far the timestamp may lie from now, in seconds. Default: 300. */
  readonly toleranceSeconds?: number | undefined
  /** The time that counts as now. */
  readonly now?: Date | undefined
}

export interface VerifiedWebhook<Event = CloudEvent> {
  /** The same on every attempt: what was seen with this id before is to be passed over. */
  readonly id: string
  /** When this attempt was made. */
  readonly timestamp: Date
  /** The body: a CloudEvent, or what the mapping of the webhook makes of one. */
  readonly event: Event
}

/**
 * Verifies a webhook as its receiver (Standard Webhooks 1.0.0, `v1` and `v1a`) and reads its body.
 * One signature that holds is enough, by any of the secrets and keys given. WebCrypto is all that it
 * needs, which browsers, Node and workers have.
 *
 * @param payload the body as it came: text or bytes, not what a framework parsed of it
 * @throws WebhookVerificationError whose `code` says what is wrong; TypeError where what it is to be
 *   verified with is of no use
 */
export async function verifyWebhook<Event = CloudEvent>(
  payload: string | Uint8Array,
  headers: WebhookHeaders,
  options: VerifyOptions,
): Promise<VerifiedWebhook<Event>> {
  const keys = await verifyingKeys(options.secret, options.publicKey)
  const body = bytesOf(payload)
  const signed = readSignedHeaders(headers)
  const timestamp = readTimestamp(signed.timestamp, options)
  if (!(await isSigned(signed, body, keys))) throw unsigned(signed, keys)
  return { id: signed.id, timestamp, event: parse(body) as Event }
}

function bytesOf(payload: unknown): Uint8Array {
  if (typeof payload === 'string') return new TextEncoder().encode(payload)
  // Not `instanceof`: test runners have a Uint8Array of their own.
  if (ArrayBuffer.isView(payload))
    return new Uint8Array(payload.buffer, payload.byteOffset, payload.byteLength)
  throw new TypeError(
    'The payload is not the body as it came: give its text or bytes, before anything parses it',
  )
}

function readTimestamp(text: string, { toleranceSeconds = 300, now }: VerifyOptions): Date {
  const fault = (code: 'bad-timestamp' | 'too-old' | 'too-new', message: string) =>
    new WebhookVerificationError(code, message)
  if (!/^[1-9]\d{0,11}$/.test(text)) throw fault('bad-timestamp', 'It is no number of seconds.')
  const ageSeconds = Math.floor((now?.getTime() ?? Date.now()) / 1_000) - Number(text)
  // Written so that a tolerance which is no number tolerates nothing.
  if (Math.abs(ageSeconds) <= toleranceSeconds) return new Date(Number(text) * 1_000)
  throw ageSeconds > 0
    ? fault('too-old', `It was sent ${ageSeconds} s ago; ${toleranceSeconds} s are tolerated.`)
    : fault('too-new', `It is dated ${-ageSeconds} s from now: compare the clocks.`)
}

async function isSigned(
  { id, timestamp, signatures }: SignedHeaders,
  body: Uint8Array,
  keys: readonly VerifyingKey[],
): Promise<boolean> {
  const content = join(new TextEncoder().encode(`${id}.${timestamp}.`), body)
  const pairs = signatures.flatMap(({ version, base64 }) => {
    const signature = decodeBase64(base64)
    return signature === null
      ? []
      : keys.filter((key) => key.version === version).map((key) => key.verify(signature, content))
  })
  return (await Promise.all(pairs)).includes(true)
}

function join(head: Uint8Array, body: Uint8Array): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(head.length + body.length)
  whole.set(head)
  whole.set(body, head.length)
  return whole
}

/** Says also where the key is of the wrong kind, which looks the same as a wrong key else. */
function unsigned(
  { signatures }: SignedHeaders,
  keys: readonly VerifyingKey[],
): WebhookVerificationError {
  const known = new Set<string>(keys.map(({ version }) => version))
  const isOther = signatures.every(({ version }) => !known.has(version))
  const message = isOther
    ? `None of its signatures is of a version that was asked for (${[...known].join(', ')}).`
    : 'None of its signatures holds: another secret or key, or the body was changed on the way.'
  return new WebhookVerificationError('no-matching-signature', message)
}

function parse(body: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(body)) as unknown
  } catch (cause) {
    throw new WebhookVerificationError('malformed-body', 'The body is not JSON.', { cause })
  }
}
