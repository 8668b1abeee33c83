import { createHmac, generateKeyPairSync, sign } from 'node:crypto'
import * as fc from 'fast-check'
import { Webhook } from 'standardwebhooks'
import { describe, expect, it } from 'vitest'
import type { HmacScheme, HookScheme } from '../../core/hook.ts'
import type { Verdict } from '../../ports/hooks.ts'
import { createVerifier } from './verifier.ts'

type Headers = Readonly<Record<string, string | readonly string[]>>

/** As Node has them: names and values one after the other, bytes as characters. */
const raw = (headers: Headers): readonly string[] =>
  Object.entries(headers).flatMap(([name, values]) => [values].flat().flatMap((one) => [name, one]))

const verify = (
  scheme: HookScheme,
  headers: Headers,
  body: string | Uint8Array,
  now: number,
): Verdict =>
  createVerifier(scheme)(
    { rawHeaders: raw(headers), body: typeof body === 'string' ? Buffer.from(body) : body },
    now,
  )

const whyOf = (verdict: Verdict): string =>
  verdict.kind === 'verified' ? 'verified' : verdict.why.kind

const toleranceMs = 300_000
const key = 'MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw'
const now = 1_614_265_330_000
const noon = String(now / 1_000)

const standard: HookScheme = {
  kind: 'standard',
  secrets: [Buffer.from(key, 'base64')],
  publicKey: null,
  toleranceMs,
}
const stripe: HookScheme = { kind: 'stripe', secrets: ['whsec_test'], toleranceMs }
const github: HookScheme = { kind: 'github', secrets: ["It's a Secret to Everybody"] }
const slack: HmacScheme = {
  kind: 'hmac',
  header: 'x-slack-signature',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'v0=',
  content: 'v0:{timestamp}:{body}',
  timestamp: { header: 'x-slack-request-timestamp', unitMs: 1_000 },
  id: null,
  secrets: ['8f742231b10e8888abcd99yyyzzz85a5'],
  toleranceMs,
}
const slackBody =
  'token=xyzz0WbapA4vBCDEFasx0q6G&team_id=T1DC2JH3J&team_domain=testteamnow&channel_id=G8PSS9T3V' +
  '&channel_name=foobar&user_id=U2CERLKJA&user_name=roadrunner&command=%2Fwebhook-collect&text=' +
  '&response_url=https%3A%2F%2Fhooks.slack.com%2Fcommands%2FT1DC2JH3J%2F397700885554%2F96rGlfmibIG' +
  'lgcZRskXaIFfN&trigger_id=398738663015.47445629121.803a0bc887a14d10d2c447fce8b6703c'

const signStripe = (body: string, at = noon, secret = 'whsec_test'): string =>
  createHmac('sha256', secret).update(`${at}.${body}`).digest('hex')

const signStandard = (id: string, body: string, at = now): Headers => ({
  'webhook-id': id,
  'webhook-timestamp': String(at / 1_000),
  'webhook-signature': new Webhook(key).sign(id, new Date(at), body),
})

describe('examples that others have published', () => {
  it('Standard Webhooks', () => {
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=',
    }
    expect(verify(standard, headers, '{"test": 2432232314}', now)).toEqual({
      kind: 'verified',
      id: 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      timestamp: '1614265330',
    })
  })

  it('GitHub', () => {
    const headers = {
      'X-Hub-Signature-256':
        'sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17',
      'X-GitHub-Delivery': '72d3162e-cc78-11e3-81ab-4c9367dc0958',
    }
    expect(verify(github, headers, 'Hello, World!', 0)).toEqual({
      kind: 'verified',
      id: '72d3162e-cc78-11e3-81ab-4c9367dc0958',
      timestamp: null,
    })
  })

  it('Slack, as a header of any name', () => {
    const headers = {
      'X-Slack-Request-Timestamp': '1531420618',
      'X-Slack-Signature': 'v0=a2114d57b48eac39b9ad189dd8316235a7b4a8d21a10bd27519666489c69b503',
    }
    expect(whyOf(verify(slack, headers, slackBody, 1_531_420_618_000))).toBe('verified')
    expect(whyOf(verify(slack, headers, `${slackBody}x`, 1_531_420_618_000))).toBe('no-match')
  })
})

describe('what is taken', () => {
  it('all that the reference of Standard Webhooks signs', () => {
    fc.assert(
      fc.property(
        fc.stringMatching(/^[\w-]{1,40}$/),
        fc.string({ unit: 'grapheme' }),
        (id, body) => {
          expect(verify(standard, signStandard(id, body), body, now)).toMatchObject({ id })
        },
      ),
    )
  })

  it('one signature of several, while secrets are rotated', () => {
    const v1 = signStripe('{}')
    const header = `t=${noon},v1=${'0'.repeat(64)},v1=${v1},v0=${'1'.repeat(64)}`
    expect(whyOf(verify(stripe, { 'stripe-signature': header }, '{}', now))).toBe('verified')
    const two = { ...stripe, secrets: ['new', 'whsec_test'] }
    expect(whyOf(verify(two, { 'Stripe-Signature': `t=${noon},v1=${v1}` }, '{}', now))).toBe(
      'verified',
    )
    const signed = signStandard('m', '{}')
    const many = `v1,AAAA v2,BBBB ${String(signed['webhook-signature'])}`
    expect(whyOf(verify(standard, { ...signed, 'webhook-signature': many }, '{}', now))).toBe(
      'verified',
    )
  })

  it('Standard Webhooks under an ed25519 key', () => {
    const pair = generateKeyPairSync('ed25519')
    const publicKey = Buffer.from(pair.publicKey.export({ format: 'jwk' }).x ?? '', 'base64url')
    const scheme: HookScheme = { kind: 'standard', secrets: [], publicKey, toleranceMs }
    const signature = sign(null, Buffer.from(`m.${noon}.{}`), pair.privateKey).toString('base64')
    const headers = { 'webhook-id': 'm', 'webhook-timestamp': noon }
    const signed = { ...headers, 'webhook-signature': `v1a,${signature}` }
    expect(whyOf(verify(scheme, signed, '{}', now))).toBe('verified')
    expect(whyOf(verify(scheme, signed, '[]', now))).toBe('no-match')
    // The key that everybody knows is no secret to make a `v1` with.
    const forged = createHmac('sha256', publicKey).update(`m.${noon}.{}`).digest('base64')
    for (const version of ['v1', 'v1a', 'v1b', 'V1']) {
      const header = { ...headers, 'webhook-signature': `${version},${forged}` }
      expect(whyOf(verify({ ...scheme, secrets: [] }, header, '{}', now))).toBe('no-match')
    }
    expect(
      whyOf(verify(standard, { ...headers, 'webhook-signature': `v1a,${forged}` }, '{}', now)),
    ).toBe('no-match')
  })

  it('other algorithms and encodings, and an id that is signed too', () => {
    const content = '{id}.{timestamp}.{body}'
    const timestamp = { header: 'x-at', unitMs: 1 }
    for (const algorithm of ['sha1', 'sha256', 'sha512'] as const)
      for (const encoding of ['hex', 'base64'] as const) {
        const scheme = { ...slack, algorithm, encoding, content, timestamp, id: 'x-id' }
        const signature = createHmac(algorithm, slack.secrets[0] ?? '')
          .update(`{body}.${now}.{}`)
          .digest(encoding)
        const headers = { 'x-slack-signature': `v0=${signature}`, 'x-at': `${now}` }
        // What fills a place is no place itself.
        const signed = { ...headers, 'x-id': '{body}' }
        expect(verify(scheme, signed, '{}', now)).toMatchObject({ id: '{body}' })
        expect(whyOf(verify(scheme, { ...signed, 'x-id': 'b' }, '{}', now))).toBe('no-match')
        expect(whyOf(verify(scheme, headers, '{}', now))).toBe('missing')
      }
  })

  it('bodies that are no text', () => {
    const body = Uint8Array.from({ length: 256 }, (_, index) => index)
    const signature = createHmac('sha256', github.secrets[0] ?? '')
      .update(body)
      .digest('hex')
    const headers = { 'x-hub-signature-256': `sha256=${signature.toUpperCase()}` }
    expect(whyOf(verify(github, headers, body, now))).toBe('verified')
  })
})

const minute = 60_000

describe('what is refused', () => {
  it('a body that is not what was signed, to the last bit', () => {
    const body = Buffer.from('{"größe":"🦆","n":1}')
    const signed = signStandard('m', body.toString())
    fc.assert(
      fc.property(fc.nat(body.byteLength - 1), fc.integer({ min: 1, max: 255 }), (at, by) => {
        const changed = Uint8Array.from(body, (byte, index) => (index === at ? byte ^ by : byte))
        expect(whyOf(verify(standard, signed, changed, now))).toBe('no-match')
      }),
    )
    for (const other of [body.subarray(1), body.subarray(0, -1), Buffer.concat([body, body])])
      expect(whyOf(verify(standard, signed, other, now))).toBe('no-match')
    // The same to the eye, and to many a parser.
    const decomposed = Buffer.from(body.toString().normalize('NFD'))
    expect(whyOf(verify(standard, signed, decomposed, now))).toBe('no-match')
  })

  it.each([
    ['a moment before the window ends', 5 * minute, 'verified'],
    ['after it', 5 * minute + 1, 'too-old'],
    ['a clock that is a little ahead', -5 * minute, 'verified'],
    ['a time to come', -5 * minute - 1, 'too-new'],
  ])('%s', (_, later, why) => {
    const header = { 'stripe-signature': `t=${noon},v1=${signStripe('{}')}` }
    expect(whyOf(verify(stripe, header, '{}', now + later))).toBe(why)
    expect(whyOf(verify(standard, signStandard('m', '{}'), '{}', now + later))).toBe(why)
  })

  it('a time that is none, or that another one was signed with', () => {
    for (const at of ['', 'x', '-1', '1e9', `${noon}.5`, ` ${noon}x`, '9'.repeat(16), 'NaN']) {
      const header = { 'stripe-signature': `t=${at},v1=${signStripe('{}', at)}` }
      expect(whyOf(verify(stripe, header, '{}', now))).toBe('unreadable')
    }
    const header = { 'stripe-signature': `t=${noon},v1=${signStripe('{}', '1')}` }
    expect(whyOf(verify(stripe, header, '{}', now))).toBe('no-match')
    const two = { 'stripe-signature': `t=1,t=${noon},v1=${signStripe('{}')}` }
    expect(whyOf(verify(stripe, two, '{}', now))).toBe('unreadable')
  })

  it('another secret, an empty signature and a part of the right one', () => {
    const right = signStripe('{}')
    for (const v1 of [signStripe('{}', noon, 'other'), '', right.slice(0, -1), `${right}0`]) {
      const header = { 'stripe-signature': `t=${noon},v1=${v1}` }
      expect(whyOf(verify(stripe, header, '{}', now))).toBe('no-match')
    }
  })

  it('a signature that only stands under another version or algorithm', () => {
    const header = { 'stripe-signature': `t=${noon},v0=${signStripe('{}')}` }
    expect(whyOf(verify(stripe, header, '{}', now))).toBe('unreadable')
    const sha1 = createHmac('sha1', github.secrets[0] ?? '')
      .update('{}')
      .digest('hex')
    for (const name of ['x-hub-signature', 'x-hub-signature-256'])
      expect(whyOf(verify(github, { [name]: `sha1=${sha1}` }, '{}', now))).not.toBe('verified')
    expect(whyOf(verify(github, { 'x-hub-signature-256': `sha256=${sha1}` }, '{}', now))).toBe(
      'no-match',
    )
  })

  it('headers that are missing, empty or come twice', () => {
    const signed = signStandard('m', '{}')
    for (const name of Object.keys(signed)) {
      const value = String(signed[name])
      expect(whyOf(verify(standard, { ...signed, [name]: [] }, '{}', now))).toBe('missing')
      expect(whyOf(verify(standard, { ...signed, [name]: ' ' }, '{}', now))).toBe('missing')
      expect(whyOf(verify(standard, { ...signed, [name]: [value, value] }, '{}', now))).toBe(
        'repeated',
      )
    }
    expect(whyOf(verify(github, {}, '{}', now))).toBe('missing')
    expect(whyOf(verify(slack, { 'x-slack-signature': 'v0=1' }, '{}', now))).toBe('missing')
  })

  it('headers full of signatures, in no time', () => {
    const many = Array.from({ length: 20_000 }, () => `v1=${'0'.repeat(64)}`).join(',')
    const header = { 'stripe-signature': `t=${noon},${many}` }
    const began = performance.now()
    expect(whyOf(verify(stripe, header, '{}', now))).toBe('no-match')
    expect(performance.now() - began).toBeLessThan(2_000)
  })

  it('nothing where it was said to take everything', () => {
    const none = { kind: 'none' } as const
    expect(verify(none, {}, '', 0)).toEqual({ kind: 'verified', id: null, timestamp: null })
  })
})
