import { createHmac, generateKeyPairSync, randomBytes, sign } from 'node:crypto'
import { runInNewContext } from 'node:vm'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { WebhookHeaders } from './signed-headers.ts'
import { verifyWebhook, type VerifyOptions } from './verify-webhook.ts'

const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`
const otherSecret = `whsec_${Buffer.alloc(24, 9).toString('base64')}`
const id = 'dlv_01j00000000000000000000000'
const now = new Date('2026-11-28T10:00:00Z')
const seconds = String(now.getTime() / 1_000)
const event = {
  specversion: '1.0',
  id: 'evt_1',
  source: '/operations/close',
  type: 'dev.buzzer.job.succeeded',
  time: '2026-11-28T09:59:59.000Z',
  sequence: '0000000000000001',
  data: { sum: 'zwölf €' },
}
const body = JSON.stringify(event)

const v1 = (with_: string, text = body, stamp = seconds, message = id): string => {
  const key = Buffer.from(with_.replace('whsec_', ''), 'base64')
  return `v1,${createHmac('sha256', key).update(`${message}.${stamp}.${text}`).digest('base64')}`
}

const keyPair = () => {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519')
  const raw = Buffer.from(publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
  return { publicKey: `whpk_${raw.toString('base64')}`, privateKey }
}
const ours = keyPair()
const theirs = keyPair()
const v1a = ({ privateKey }: typeof ours): string =>
  `v1a,${sign(null, Buffer.from(`${id}.${seconds}.${body}`), privateKey).toString('base64')}`

const headersOf = (signature: string, more: Record<string, string> = {}) => ({
  'webhook-id': id,
  'webhook-timestamp': seconds,
  'webhook-signature': signature,
  ...more,
})

const verify = (
  headers: WebhookHeaders,
  options: VerifyOptions = { secret },
  payload: string | Uint8Array = body,
) => verifyWebhook(payload, headers, { now, ...options })

const faultOf = (...given: Parameters<typeof verify>): Promise<unknown> =>
  verify(...given).then(
    () => 'verified',
    (error: unknown) => (error as { readonly code?: string }).code ?? error,
  )

describe('what is signed', () => {
  it('gives the id, the time and the event', async () => {
    await expect(verify(headersOf(v1(secret)))).resolves.toEqual({ id, timestamp: now, event })
  })

  it.each<[string, string, VerifyOptions]>([
    ['v1a', v1a(ours), { publicKey: ours.publicKey }],
    ['v1 beside v1a', `${v1a(ours)} ${v1(secret)}`, { secret }],
    ['v1a beside v1', `${v1(secret)} ${v1a(ours)}`, { publicKey: ours.publicKey }],
    ['one of two signatures', `${v1(otherSecret)} ${v1(secret)}`, { secret }],
    ['one of two secrets', v1(otherSecret), { secret: [secret, otherSecret] }],
    ['one of two keys', v1a(ours), { publicKey: [theirs.publicKey, ours.publicKey] }],
    ['either, where both are given', v1(secret), { secret, publicKey: theirs.publicKey }],
    ['beside versions to come', `v9,abc x ${v1(secret)}`, { secret }],
  ])('passes by %s', async (_, signature, options) => {
    await expect(faultOf(headersOf(signature), options)).resolves.toBe('verified')
  })

  it.each<[string, (headers: ReturnType<typeof headersOf>) => WebhookHeaders]>([
    ['Headers', (headers) => new Headers(headers)],
    [
      'a plain object in other case',
      ({ 'webhook-id': own, ...headers }) => ({ 'Webhook-ID': own, ...headers }),
    ],
    ['lists of one value', (headers) => ({ ...headers, 'webhook-id': [id], 'accept': undefined })],
  ])('is read from %s', async (_, given) => {
    await expect(faultOf(given(headersOf(v1(secret))))).resolves.toBe('verified')
  })

  it('may be bytes, also within a larger buffer', async () => {
    const bytes = new TextEncoder().encode(`__${body}`).subarray(2)
    await expect(faultOf(headersOf(v1(secret)), { secret }, bytes)).resolves.toBe('verified')
  })

  it('may be bytes of another realm, as in some test runners', async () => {
    const bytes = [...new TextEncoder().encode(body)]
    const foreign = runInNewContext('Uint8Array.from(bytes)', { bytes }) as Uint8Array
    expect(foreign).not.toBeInstanceOf(Uint8Array)
    await expect(faultOf(headersOf(v1(secret)), { secret }, foreign)).resolves.toBe('verified')
  })

  it.each([
    [-300, 'verified'],
    [-301, 'too-new'],
    [300, 'verified'],
    [301, 'too-old'],
  ])('%i s later is %s', async (later, outcome) => {
    const at = new Date(now.getTime() + later * 1_000)
    await expect(faultOf(headersOf(v1(secret)), { secret, now: at })).resolves.toBe(outcome)
  })
})

describe('beside the official library', () => {
  const official = new Webhook(secret)
  const present = new Date(Math.floor(Date.now() / 1_000) * 1_000)

  it('verifies what it signs', async () => {
    const signature = official.sign('msg_1', present, body)
    const stamp = String(present.getTime() / 1_000)
    const headers = headersOf(signature, { 'webhook-id': 'msg_1', 'webhook-timestamp': stamp })
    const { event: found } = await verifyWebhook(body, headers, { secret })
    expect(found).toEqual(event)
  })

  it('agrees on random secrets, bodies and damage', async () => {
    for (let round = 0; round < 50; round += 1) {
      const own = `whsec_${randomBytes(24 + (round % 41)).toString('base64')}`
      const text = JSON.stringify({ round, text: randomBytes(round).toString('latin1') })
      const signature = new Webhook(own).sign('msg_1', present, text)
      const damaged = round % 2 === 0 ? text : `${text} `
      const stamp = String(present.getTime() / 1_000)
      const headers = headersOf(signature, { 'webhook-id': 'msg_1', 'webhook-timestamp': stamp })
      const said = await faultOf(headers, { secret: own, now: present }, damaged)
      const theySay = () => new Webhook(own).verify(damaged, headers)
      expect(said).toBe(round % 2 === 0 ? 'verified' : 'no-matching-signature')
      if (round % 2 === 0) expect(theySay).not.toThrow()
      else expect(theySay).toThrow('No matching signature')
    }
  })

  it('is verified by it as it stands in the headers of Buzzer', () => {
    const stamp = String(present.getTime() / 1_000)
    const signature = `${v1a(ours)} ${v1(secret, body, stamp)}`
    expect(official.verify(body, headersOf(signature, { 'webhook-timestamp': stamp }))).toEqual(
      event,
    )
  })
})

describe('attacks', () => {
  const good = v1(secret)
  const both = { secret, publicKey: ours.publicKey }
  const emptyKey = `v1,${createHmac('sha256', '').update(`${id}.${seconds}.${body}`).digest('base64')}`
  const publicAsSecret = v1(ours.publicKey.replace('whpk_', 'whsec_'))

  it.each([
    ['another body', {}, body.replace('zw', 'ZW')],
    ['another id', { 'webhook-id': 'dlv_2' }, body],
    ['another timestamp', { 'webhook-timestamp': String(Number(seconds) + 1) }, body],
  ])('%s', async (_, more, payload) => {
    for (const signature of [good, v1a(ours), `${good} ${v1a(ours)}`]) {
      const said = faultOf(headersOf(signature, more), both, payload)
      await expect(said).resolves.toBe('no-matching-signature')
    }
  })

  it.each<[string, string, VerifyOptions]>([
    ['a truncated signature', good.slice(0, -4), both],
    ['a signature of no bytes', 'v1,', both],
    ['a longer one', `${good.slice(0, -1)}AAA=`, both],
    ['blanks within it', `${good.slice(0, 9)}\t${good.slice(9)}`, both],
    ['the wrong secret', v1(otherSecret), both],
    ['the wrong key', v1a(theirs), both],
    ['no version', good.slice(3), both],
    ['a version in other case', good.replace('v1', 'V1'), both],
    ['a wrong version', good.replace('v1', 'v2'), both],
    ['v1 called v1a', good.replace('v1', 'v1a'), both],
    ['v1a called v1', v1a(ours).replace('v1a', 'v1'), both],
    ['down to v1 with an empty secret', emptyKey, { publicKey: ours.publicKey }],
    ['down to v1 with the public key as the secret', publicAsSecret, both],
    ['v1, where only v1a is asked for', good, { publicKey: ours.publicKey }],
    ['nothing but blanks and commas', ' , ,, ', both],
  ])('%s', async (_, signature, options) => {
    await expect(faultOf(headersOf(signature), options)).resolves.toBe('no-matching-signature')
  })

  it.each<[string, Record<string, string | string[] | undefined>, string]>([
    ['no id', { 'webhook-id': undefined }, 'missing-header'],
    ['an empty timestamp', { 'webhook-timestamp': '' }, 'missing-header'],
    ['no signature', { 'webhook-signature': [] }, 'missing-header'],
    ['blanks around the timestamp', { 'webhook-timestamp': ` ${seconds}` }, 'bad-timestamp'],
    ['a fraction', { 'webhook-timestamp': `${seconds}.0` }, 'bad-timestamp'],
    ['more behind the timestamp', { 'webhook-timestamp': `${seconds}abc` }, 'bad-timestamp'],
    ['another notation', { 'webhook-timestamp': '1e9' }, 'bad-timestamp'],
    ['a sign', { 'webhook-timestamp': `+${seconds}` }, 'bad-timestamp'],
    ['NaN', { 'webhook-timestamp': 'NaN' }, 'bad-timestamp'],
    ['milliseconds', { 'webhook-timestamp': `${seconds}000` }, 'bad-timestamp'],
    ['an id with a dot', { 'webhook-id': `${id}.1` }, 'bad-header'],
    ['an id with blanks', { 'webhook-id': `${id} ` }, 'bad-header'],
    ['an id of two', { 'webhook-id': [id, 'dlv_2'] }, 'bad-header'],
    ['an id in two spellings', { 'Webhook-Id': 'dlv_2' }, 'bad-header'],
    ['a huge id', { 'webhook-id': 'x'.repeat(1_000_000) }, 'bad-header'],
    ['a huge timestamp', { 'webhook-timestamp': '9'.repeat(1_000_000) }, 'bad-header'],
    ['a huge signature', { 'webhook-signature': `${good} `.repeat(100_000) }, 'bad-header'],
    ['many signatures', { 'webhook-signature': `v1,a ${'v1,b '.repeat(16)}` }, 'bad-header'],
  ])('%s', async (_, more, code) => {
    await expect(faultOf({ ...headersOf(good), ...more }, both)).resolves.toBe(code)
  })

  it('the same once more after five minutes', async () => {
    const later = new Date(now.getTime() + 301_000)
    await expect(faultOf(headersOf(good), { secret, now: later })).resolves.toBe('too-old')
    const tolerant = { secret, now: later, toleranceSeconds: 600 }
    await expect(faultOf(headersOf(good), tolerant)).resolves.toBe('verified')
    const none = { secret, toleranceSeconds: Number.NaN }
    await expect(faultOf(headersOf(good), none)).resolves.toBe('too-new')
  })

  it.each([
    ['no JSON', '{"half'],
    ['nothing', ''],
    ['no UTF-8', new Uint8Array([0x22, 0xff, 0x22])],
  ])('%s that is signed', async (_, payload) => {
    const key = Buffer.from(secret.slice(6), 'base64')
    const hmac = createHmac('sha256', key).update(`${id}.${seconds}.`).update(payload)
    const signature = `v1,${hmac.digest('base64')}`
    await expect(faultOf(headersOf(signature), both, payload)).resolves.toBe('malformed-body')
  })

  it.each<[string, VerifyOptions]>([
    ['nothing', {}],
    ['no secret', { secret: undefined, publicKey: [] }],
    ['an empty secret', { secret: '' }],
    ['a secret of no bytes', { secret: 'whsec_' }],
    ['a short secret', { secret: 'whsec_YWJj' }],
    ['a secret without its prefix', { secret: secret.slice(6) }],
    ['a secret with blanks', { secret: `${secret}\n` }],
    ['a public key for a secret', { secret: ours.publicKey }],
    ['a secret for a public key', { publicKey: secret }],
    ['a short public key', { publicKey: 'whpk_YWJj' }],
    ['one good and one bad', { secret: [secret, 'whsec_'] }],
  ])('does not verify with %s', async (_, options) => {
    await expect(verify(headersOf(emptyKey), options)).rejects.toThrow(TypeError)
  })

  it('does not take what was parsed for what came', async () => {
    const parsed = event as unknown as string
    await expect(verify(headersOf(good), both, parsed)).rejects.toThrow('before anything parses it')
  })
})
