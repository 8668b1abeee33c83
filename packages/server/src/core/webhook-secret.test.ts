import { describe, expect, test } from 'vitest'
import { makeWebhookSecret, webhookSecretBytes, whyNoSecret } from './webhook-secret.ts'

const ofBytes = (count: number, fill = 255): string =>
  `whsec_${Buffer.alloc(count, fill).toString('base64')}`

describe('a secret', () => {
  test('that is made has 32 bytes of chance', () => {
    const secret = makeWebhookSecret((count) => Uint8Array.from({ length: count }, (_, at) => at))
    expect(secret).toBe('whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=')
    expect(webhookSecretBytes(secret)).toHaveLength(32)
    expect(whyNoSecret(secret)).toBeNull()
  })

  test.each([24, 25, 26, 32, 63, 64])('may have %i bytes', (count) => {
    expect(webhookSecretBytes(ofBytes(count))).toEqual(Buffer.alloc(count, 255))
    // Some leave the padding out.
    expect(webhookSecretBytes(ofBytes(count).replace(/=+$/, ''))).toHaveLength(count)
  })

  test.each([
    '',
    'whsec_',
    ofBytes(23),
    ofBytes(65),
    ofBytes(100_000),
    ofBytes(32).slice('whsec_'.length),
    ofBytes(32).toUpperCase(),
    `${ofBytes(32)}\n`,
    `${ofBytes(32)}=`,
    ` ${ofBytes(32)}`,
    ofBytes(32).replaceAll('/', '_'),
    ofBytes(30, 1).slice(0, -3),
    `whsk_${Buffer.alloc(32).toString('base64')}`,
    'whsec_ÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄÄ',
  ])('is not %j', (text) => {
    expect(webhookSecretBytes(text)).toBeNull()
    expect(whyNoSecret(text)).toContain('24 to 64 bytes')
  })
})
