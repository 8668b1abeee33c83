import { describe, expect, it } from 'vitest'
import { checkHook } from './check-hook.ts'

const file = {
  operations: { charge: {} },
  channels: { 'came.in': {}, 'quotes/{symbol}': {} },
}
const stripe = { scheme: 'stripe', secret: 'a secret' }
const publish = { channel: 'came.in' }
const submit = { operation: 'charge' }

/** What is wrong, each as `place: detail`. */
const wrong = (options: unknown, name = 'stripe'): readonly string[] =>
  checkHook(file)(name, { kind: 'hook', options }).map(({ path, detail }) => `${path}: ${detail}`)

it.each([
  { verify: stripe, publish },
  { verify: 'none', publish: { channel: 'quotes.ACME', type: 'x.{type}' } },
  { verify: { scheme: 'stripe', secrets: ['a', 'b'], tolerance: '1h' }, submit },
  { verify: { scheme: 'github', secret: 'a' }, submit, summary: 'Pushes' },
  { verify: { scheme: 'standard', secret: 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw' }, publish },
  { verify: { scheme: 'standard', publicKey: `whpk_${btoa('x'.repeat(32))}` }, publish },
  {
    verify: {
      scheme: 'hmac',
      header: 'X-Slack-Signature',
      prefix: 'v0=',
      secret: 's',
      content: 'v0:{timestamp}:{body}',
      timestamp: { header: 'X-Slack-Request-Timestamp' },
    },
    publish,
  },
  { verify: 'none', finish: {} },
  { verify: 'none', finish: { failed: { at: '/status', equals: ['error', null, 5] } } },
])('takes %j', (options) => {
  expect(wrong(options)).toEqual([])
})

describe('says what is wrong', () => {
  it.each([
    [{ verify: stripe }, 'hooks.stripe.publish: a hook does one thing; write one of publish:'],
    [{ verify: stripe, publish, submit }, 'hooks.stripe.submit: a hook does one thing'],
    [{ publish }, "hooks.stripe.verify: write { scheme: 'standard'"],
    [{ verify: {}, publish }, 'hooks.stripe.verify.scheme: null is not one of'],
    [
      { verify: { scheme: 'standard', secret: 'whsec_short' }, publish },
      'hooks.stripe.verify.secret: it is no Base64',
    ],
    [{ verify: { scheme: 'stirpe' }, publish }, "hooks.stripe.verify.scheme: 'stirpe' is not one"],
    [
      { verify: stripe, publsh: {}, submit },
      "hooks.stripe.publsh: there is no such option; did you mean 'publish'?",
    ],
    [
      { verify: { ...stripe, tolerence: '1s' }, submit },
      "hooks.stripe.verify.tolerence: there is no such option; did you mean 'tolerance'?",
    ],
    [
      { verify: { ...stripe, tolerance: 5 }, submit },
      "hooks.stripe.verify.tolerance: 5 is not a duration; write '5ms'",
    ],
    [
      { verify: stripe, publish: { channel: 'came.on' } },
      "hooks.stripe.publish.channel: there is no channel 'came.on' in this file; did you mean 'came.in'?",
    ],
    [
      { verify: stripe, publish: { channel: 'quotes.{symbol}' } },
      'hooks.stripe.publish.channel: there is no channel',
    ],
    [
      { verify: stripe, submit: { operation: 'chrage' } },
      "hooks.stripe.submit.operation: there is no operation 'chrage' in this file; did you mean 'charge'?",
    ],
    [{ verify: stripe, submit: {} }, 'hooks.stripe.submit.operation: it is missing'],
    [
      { verify: 'none', finish: { failed: { at: 'status', equals: [] } } },
      'hooks.stripe.finish.failed.at: it is no JSON Pointer',
    ],
    [
      { verify: { scheme: 'hmac', secret: 's', header: 'a b' }, publish },
      'hooks.stripe.verify.header: this is no name of a header',
    ],
    [
      { verify: { scheme: 'hmac', secret: 's', header: 'a', algorithm: 'md5' }, publish },
      "hooks.stripe.verify.algorithm: 'md5' is not one of",
    ],
    [
      { verify: { scheme: 'hmac', secret: 's', header: 'a', content: '{id}{body}' }, publish },
      'hooks.stripe.verify.content: it has to have {body} once',
    ],
    [
      {
        verify: {
          scheme: 'hmac',
          secret: 's',
          header: 'a',
          content: '{body}',
          timestamp: { header: 't' },
        },
        publish,
      },
      'hooks.stripe.verify.content: it has to have {body} once',
    ],
  ])('%j', (options, issue) => {
    expect(wrong(options).join('\n')).toContain(issue)
  })

  it('of a name that cannot stand in a URL, and of what is no hook', () => {
    expect(wrong({ verify: stripe, publish }, 'a/b')).toHaveLength(1)
    expect(checkHook(file)('x', { verify: stripe })).toHaveLength(1)
  })
})

describe('a secret', () => {
  it.each([
    { scheme: 'stripe' },
    { scheme: 'stripe', secret: undefined },
    { scheme: 'stripe', secret: '' },
    { scheme: 'stripe', secret: '  ' },
    { scheme: 'stripe', secrets: [] },
    { scheme: 'stripe', secrets: ['a', undefined] },
    { scheme: 'github', secret: 5 },
    { scheme: 'standard' },
  ])('that is not there is told: %j', (verify) => {
    const [issue] = wrong({ verify, publish })
    expect(issue).toMatch(/verify\.secrets?: it is missing or empty; is its variable set/)
  })

  it('is never shown', () => {
    const verify = { scheme: 'standard', secret: 'not base 64!', publicKey: 'none either!' }
    const told = wrong({ verify, publish }).join('\n')
    expect(told).toContain('verify.secret: it is no Base64')
    expect(told).toContain('verify.publicKey: it is missing or no such key')
    expect(told).not.toContain('not base 64')
    expect(told).not.toContain('none either')
  })

  it('is needed beside a public key that is not there', () => {
    expect(wrong({ verify: { scheme: 'standard', publicKey: undefined }, publish })).toHaveLength(1)
  })
})
