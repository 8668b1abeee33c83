import { createHash, createPublicKey, verify } from 'node:crypto'
import { expect, test } from 'vitest'
import { describeWebhookKey } from '../core/webhook-key.ts'
import { createWebhookKeys } from './webhook-keys.ts'

const secret = new Uint8Array(32).fill(7)
const bytes = new TextEncoder().encode('a message')

test('the key of a tenant is the same on every node, and no other tenant has it', async () => {
  const first = createWebhookKeys(secret)
  const second = createWebhookKeys(secret)
  expect(second.publicKey('a')).toEqual(first.publicKey('a'))
  expect(first.publicKey('b').id).not.toBe(first.publicKey('a').id)
  expect(await second.sign('a', bytes)).toEqual(await first.sign('a', bytes))
  const other = createWebhookKeys(new Uint8Array(32).fill(8))
  expect(other.publicKey('a').id).not.toBe(first.publicKey('a').id)
})

test('the key of a tenant never changes, whatever becomes of the code', () => {
  expect(createWebhookKeys(secret).publicKey('default').id).toBe(
    '_Pcv8NsyrkjcqBandD9GFl63CKLpzs7D4Gn6QpRW060',
  )
})

test('is forgotten and made anew when there are many tenants', () => {
  const keys = createWebhookKeys(secret)
  const before = keys.publicKey('first')
  for (let index = 0; index < 1_001; index += 1) keys.publicKey(`tenant-${index}`)
  expect(keys.publicKey('first')).toEqual(before)
})

test('is published as Standard Webhooks and as RFC 8037 write it', async () => {
  const keys = createWebhookKeys(secret)
  const published = describeWebhookKey(keys.publicKey('a'))
  expect(published.publicKey).toMatch(/^whpk_[\w+/]{43}=$/)
  const raw = Buffer.from(published.publicKey.slice('whpk_'.length), 'base64')
  expect(published.jwk).toEqual({
    kty: 'OKP',
    crv: 'Ed25519',
    x: raw.toString('base64url'),
    kid: published.id,
  })
  const thumb = `{"crv":"Ed25519","kty":"OKP","x":"${published.jwk.x}"}`
  expect(published.id).toBe(createHash('sha256').update(thumb).digest('base64url'))
  const key = createPublicKey({ key: { ...published.jwk }, format: 'jwk' })
  expect(verify(null, bytes, key, await keys.sign('a', bytes))).toBe(true)
})
