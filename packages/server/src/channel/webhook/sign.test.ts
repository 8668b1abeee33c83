import { createPublicKey, verify } from 'node:crypto'
import { Webhook } from 'standardwebhooks'
import { describe, expect, test } from 'vitest'
import { createWebhookKeys } from '../../auth/webhook-keys.ts'
import { describeWebhookKey } from '../../core/webhook-key.ts'
import { makeWebhookSecret } from '../../core/webhook-secret.ts'
import { createSigner } from './sign.ts'

const at = Date.now()
const keys = createWebhookKeys(new TextEncoder().encode('a secret of the server'))
const secretOf = (fill: number) => makeWebhookSecret((count) => new Uint8Array(count).fill(fill))
const body = new TextEncoder().encode('{"specversion":"1.0","data":"ü \\u0000 €"}')

const signer = createSigner(keys)
const sign = async (secrets: readonly string[], tenant = 'acme') => {
  const headers = await signer({ id: 'dlv_01jabc', tenant, body, secrets }, at)
  return Object.fromEntries(headers) as Record<string, string>
}

describe('a signature', () => {
  test('is what the official library verifies, with every secret of the endpoint', async () => {
    const secrets = [secretOf(1), secretOf(2)]
    const headers = await sign(secrets)
    for (const secret of secrets) {
      const payload = Buffer.from(body).toString('utf8')
      expect(new Webhook(secret).verify(payload, headers)).toEqual(JSON.parse(payload))
    }
    expect(() => new Webhook(secretOf(3)).verify(Buffer.from(body).toString(), headers)).toThrow(
      'No matching signature found',
    )
    expect(() => new Webhook(secretOf(1)).verify('{}', headers)).toThrow('No matching signature')
  })

  test('is made with each secret in order, and last with the key of the tenant', async () => {
    const headers = await sign([secretOf(1), secretOf(2)])
    expect(headers['webhook-id']).toBe('dlv_01jabc')
    expect(headers['webhook-timestamp']).toBe(String(Math.floor(at / 1_000)))
    const parts = headers['webhook-signature']?.split(' ') ?? []
    expect(parts.map((part) => part.split(',')[0])).toEqual(['v1', 'v1', 'v1a'])
    expect(parts[0]).toBe((await sign([secretOf(1)]))['webhook-signature']?.split(' ')[0])
    expect((await sign([]))['webhook-signature']).toMatch(/^v1a,[\w+/]{86}==$/)
  })

  test('with the key of the tenant is verified by what is published of it', async () => {
    const headers = await sign([secretOf(1)])
    const signature = headers['webhook-signature']?.split(' v1a,')[1] ?? ''
    const content = `dlv_01jabc.${headers['webhook-timestamp']}.${Buffer.from(body).toString()}`
    const check = (tenant: string) => {
      const { jwk } = describeWebhookKey(keys.publicKey(tenant))
      const key = createPublicKey({ key: { ...jwk }, format: 'jwk' })
      return verify(null, Buffer.from(content), key, Buffer.from(signature, 'base64'))
    }
    expect(check('acme')).toBe(true)
    expect(check('other')).toBe(false)
  })

  test('of a secret that cannot be read is a fault', async () => {
    await expect(sign(['whsec_short'])).rejects.toThrow('rotate')
  })

  test('takes a body of any bytes', async () => {
    const bytes = Uint8Array.from({ length: 70_000 }, (_, index) => index % 256)
    const outgoing = { id: 'dlv_1', tenant: 'acme', body: bytes, secrets: [] }
    const [, timestamp, signature] = await signer(outgoing, at)
    const content = Buffer.concat([Buffer.from(`dlv_1.${timestamp?.[1]}.`), bytes])
    const key = createPublicKey({
      key: { ...describeWebhookKey(keys.publicKey('acme')).jwk },
      format: 'jwk',
    })
    const raw = Buffer.from(signature?.[1].slice('v1a,'.length) ?? '', 'base64')
    expect(verify(null, content, key, raw)).toBe(true)
  })
})
