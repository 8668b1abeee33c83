const prefix = 'whsec_'
const fewestBytes = 24
const mostBytes = 64
const made = 32
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}(?:==)?|[A-Za-z0-9+/]{3}=?)?$/

/**
 * A secret that signs what goes to one endpoint, as Standard Webhooks 1.0.0 writes it: `whsec_` and
 * the bytes in Base64.
 *
 * @param bytes gives so many that nobody can foresee
 */
export const makeWebhookSecret = (bytes: (count: number) => Uint8Array): string =>
  prefix + Buffer.from(bytes(made)).toString('base64')

/** @returns the bytes that sign; null where the text is none, or has fewer than 24 or more than 64 */
export function webhookSecretBytes(text: string): Uint8Array | null {
  const encoded = text.slice(prefix.length)
  if (!text.startsWith(prefix) || encoded.length > 2 * mostBytes || !base64.test(encoded))
    return null
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.length >= fewestBytes && bytes.length <= mostBytes ? bytes : null
}

/** Why a text is no secret, for a person; null where it is one. */
export const whyNoSecret = (text: string): string | null =>
  webhookSecretBytes(text) === null
    ? `A secret is "${prefix}" and ${fewestBytes} to ${mostBytes} bytes in Base64.`
    : null
