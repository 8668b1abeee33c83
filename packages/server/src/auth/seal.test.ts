import { randomBytes } from 'node:crypto'
import { expect, test } from 'vitest'
import { createSealer } from './seal.ts'

const secret = randomBytes(32)
const sealer = createSealer(secret, 'definitions')

test.each(['', 'geheim', '€ 😀', 'x'.repeat(10_000)])('opens what it sealed: %s', (text) => {
  const sealed = sealer.seal(text, 'service legacy')
  expect(sealer.open(sealed, 'service legacy')).toBe(text)
  if (text !== '') expect(sealed).not.toContain(text)
})

test('never seals the same twice', () => {
  expect(sealer.seal('a', 'b')).not.toBe(sealer.seal('a', 'b'))
})

test('opens for nothing else, with no other key and no other purpose', () => {
  const sealed = sealer.seal('geheim', 'service legacy')
  expect(sealer.open(sealed, 'service other')).toBeNull()
  expect(createSealer(randomBytes(32), 'definitions').open(sealed, 'service legacy')).toBeNull()
  expect(createSealer(secret, 'webhooks').open(sealed, 'service legacy')).toBeNull()
})

test('notices every changed byte', () => {
  const sealed = sealer.seal('geheim', 'a')
  for (let at = 0; at < sealed.length; at += 1) {
    const other = sealed[at] === 'A' ? 'B' : 'A'
    // The last character may hold bits that belong to no byte.
    if (at === sealed.length - 1) continue
    const changed = sealed.slice(0, at) + other + sealed.slice(at + 1)
    expect(sealer.open(changed, 'a')).toBeNull()
  }
  for (const broken of ['', 'v1', 'v1.', 'v2.AAAA', 'v1.AAAA', sealed.slice(0, 20)]) {
    expect(sealer.open(broken, 'a')).toBeNull()
  }
})
