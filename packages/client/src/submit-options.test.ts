import { describe, expect, it } from 'vitest'
import { submitHeaders, type SubmitOptions } from './submit-options.ts'

const sent = (options: SubmitOptions): Record<string, string> => {
  const headers = Object.fromEntries(submitHeaders({ idempotencyKey: 'k', ...options }))
  delete headers['idempotency-key']
  return headers
}

describe('the headers of a submission', () => {
  it.each<[SubmitOptions, Record<string, string>]>([
    [{}, {}],
    [{ prefer: 'respond-async' }, { prefer: 'respond-async' }],
    [{ wait: '1500ms' }, { prefer: 'wait=2' }],
    [{ wait: '5m' }, { prefer: 'wait=60' }],
    [{ prefer: 'respond-async', wait: 1_000 }, { prefer: 'respond-async, wait=1' }],
    [{ priority: 0 }, { 'buzzer-priority': '0' }],
    [{ delay: '5m' }, { 'buzzer-delay': '5m' }],
    [{ delay: 250.4 }, { 'buzzer-delay': '250ms' }],
    [{ runAt: new Date(0) }, { 'buzzer-run-at': '1970-01-01T00:00:00.000Z' }],
    [{ deadline: '1h' }, { 'buzzer-deadline': '1h' }],
    [{ deadline: new Date(0) }, { 'buzzer-deadline': '1970-01-01T00:00:00.000Z' }],
    [{ key: 'customer-7' }, { 'buzzer-key': 'customer-7' }],
    [{ tags: ['a', 'b'] }, { 'buzzer-tags': 'a,b' }],
    [
      { callback: { url: 'https://a.test/x', events: 'all', secret: 'whsec_1' } },
      {
        'callback-url': 'https://a.test/x',
        'callback-events': 'all',
        'callback-secret': 'whsec_1',
      },
    ],
    [
      { traceparent: '00-1', tracestate: 'a=b' },
      { traceparent: '00-1', tracestate: 'a=b' },
    ],
    [{ headers: { 'x-more': '1' } }, { 'x-more': '1' }],
  ])('says %j', (options, expected) => {
    expect(sent(options)).toEqual(expected)
  })

  it('quotes the idempotency key', () => {
    const headers = submitHeaders({ idempotencyKey: 'a "b" \\c' })
    expect(headers.get('idempotency-key')).toBe('"a \\"b\\" \\\\c"')
  })

  it('makes a key where there is none, and another one each time', () => {
    const keys = [submitHeaders({}), submitHeaders({})].map((all) => all.get('idempotency-key'))
    expect(keys[0]).toMatch(/^"[0-9a-f]{32}"$/)
    expect(keys[0]).not.toBe(keys[1])
    const own = submitHeaders({ headers: { 'Idempotency-Key': 'mine' } })
    expect(own.get('idempotency-key')).toBe('mine')
  })

  it.each<SubmitOptions>([
    { idempotencyKey: '' },
    { idempotencyKey: 'é' },
    { idempotencyKey: 'x'.repeat(256) },
    { tags: ['a,b'] },
    { key: 'a\r\nb' },
    { wait: -1 },
    { wait: 'soon' as '1s' },
  ])('refuses %j', (options) => {
    expect(() => submitHeaders(options)).toThrow(TypeError)
  })
})
