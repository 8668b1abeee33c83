const prefix = 'whsec_'
const leastBytes = 24
const mostBytes = 64
const newBytes = 32

/** A secret that signs, as Standard Webhooks 1.0.0 writes it: `whsec_` and its bytes in Base64. */
export const newWebhookSecret = (randomBytes: (count: number) => Uint8Array): string =>
  prefix + Buffer.from(randomBytes(newBytes)).toString('base64')

/** @returns its bytes; null where it is no such secret of 24 to 64 bytes */
export function webhookSecretBytes(text: string): Uint8Array | null {
  const encoded = text.slice(prefix.length)
  if (!text.startsWith(prefix) || !/^[A-Za-z0-9+/]+={0,2}$/.test(encoded)) return null
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.length >= leastBytes && bytes.length <= mostBytes ? bytes : null
}
