import { createHmac, timingSafeEqual } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'

/** What was captured is not taken after so many seconds. */
const toleranceSeconds = 300

/**
 * Whether a request was signed with a secret, as Standard Webhooks 1.0.0 has it: the HMAC of the id,
 * the time and the body as it came, byte for byte. While a secret is being changed there are two
 * signatures, and one that fits is enough.
 *
 * @param secret `whsec_` and the key in Base64
 */
export function isSigned(secret: string, headers: IncomingHttpHeaders, body: Buffer): boolean {
  const { 'webhook-id': id, 'webhook-timestamp': time, 'webhook-signature': signatures } = headers
  if (typeof id !== 'string' || typeof time !== 'string') return false
  if (typeof signatures !== 'string') return false
  const age = Date.now() / 1_000 - Number(time)
  if (!(Math.abs(age) <= toleranceSeconds)) return false
  const key = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  const expected = createHmac('sha256', key).update(`${id}.${time}.`).update(body).digest()
  return signatures.split(' ').some((signature) => {
    const [version, text = ''] = signature.split(',')
    const given = Buffer.from(text, 'base64')
    return version === 'v1' && given.length === expected.length && timingSafeEqual(given, expected)
  })
}
