import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createGuard } from '../outbound/guard.ts'
import { isOutboundTarget } from './outbound-target.ts'

test.each([
  'localhost',
  'legacy.internal:8080',
  'a_b.example',
  '10.0.0.1',
  '10.0.0.1:4000',
  '10.0.0.0/8',
  '10.0.0.0/8:443',
  '::1',
  '[::1]:443',
  'fd00::/8',
  '[fd00::/8]:443',
])('%s can be allowed', (entry) => {
  expect(isOutboundTarget(entry)).toBe(true)
})

test.each([
  '',
  ':::',
  'host:',
  'host:65536',
  'host/8',
  '10.0.0.0/33',
  '10.0.0.0/',
  'fd00::/129',
  '1.2.3.4.5',
  'http://host',
  'host/path',
  '*.example.com',
  'me@host',
])('%j cannot', (entry) => {
  expect(isOutboundTarget(entry)).toBe(false)
})

test('the guard takes whatever passes', () => {
  const part = fc.constantFrom(
    '10.0.0.1',
    'fd00::',
    'host',
    ':',
    '/',
    '[',
    ']',
    '8',
    '129',
    '.',
    '-',
  )
  fc.assert(
    fc.property(fc.array(part, { maxLength: 6 }), (parts) => {
      const entry = parts.join('')
      if (isOutboundTarget(entry)) createGuard([entry])
    }),
    { numRuns: 5_000 },
  )
})
