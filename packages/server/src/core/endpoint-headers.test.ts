import { describe, expect, test } from 'vitest'
import { mayBeOwn, whyNoHeaders } from './endpoint-headers.ts'

const many = (count: number): Record<string, string> =>
  Object.fromEntries(Array.from({ length: count }, (_, index) => [`x-${index}`, 'v']))

describe('headers of an endpoint', () => {
  test.each<Record<string, string>>([
    {},
    { 'Authorization': 'Bearer abc', 'X-Api-Key': 'ÿ\t~' },
    { 'content-type': 'application/json', 'User-Agent': 'mine' },
    { "!#$%&'*+-.^_`|~": '' },
    { 'webhook': 'x', 'x-webhook-id': 'y' },
    many(20),
  ])('may be %j', (headers) => {
    expect(whyNoHeaders(headers)).toBeNull()
  })

  test.each<[Record<string, string>, why: string]>([
    [many(21), 'more than 20'],
    [{ x: 'x'.repeat(8_192) }, 'larger than'],
    [{ '': 'x' }, 'no name'],
    [{ 'a b': 'x' }, 'no name'],
    [{ 'a:': 'x' }, 'no name'],
    [{ 'a\r\nb': 'x' }, 'no name'],
    [{ ä: 'x' }, 'no name'],
    [{ a: 'x\r\nhost: y' }, 'line break'],
    [{ a: 'x\n' }, 'line break'],
    [{ a: 'x\0' }, 'line break'],
    [{ a: '\u010d\u010a' }, 'line break'],
    [{ a: '1', A: '2' }, 'twice'],
    [{ Host: 'x' }, 'Buzzer itself'],
    [{ 'Content-Length': '1' }, 'Buzzer itself'],
    [{ 'content-encoding': 'gzip' }, 'Buzzer itself'],
    [{ 'Webhook-Id': 'x' }, 'Buzzer itself'],
    [{ 'WEBHOOK-REQUEST-ORIGIN': 'x' }, 'Buzzer itself'],
    [{ Connection: 'close' }, 'Buzzer itself'],
    [{ 'Transfer-Encoding': 'chunked' }, 'Buzzer itself'],
    [{ 'Proxy-Authorization': 'x' }, 'Buzzer itself'],
    [{ Expect: '100-continue' }, 'Buzzer itself'],
    [{ Upgrade: 'h2c' }, 'Buzzer itself'],
  ])('may not be %j', (headers, why) => {
    expect(whyNoHeaders(headers)).toContain(why)
  })

  test('are told apart by their names alone', () => {
    expect(['authorization', 'X-Y'].every(mayBeOwn)).toBe(true)
    expect(['HOST', 'Webhook-Signature', 'te'].some(mayBeOwn)).toBe(false)
  })
})
