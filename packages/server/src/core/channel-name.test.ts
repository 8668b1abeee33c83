import { describe, expect, test } from 'vitest'
import { createChannelIndex, parseChannelName } from './channel-name.ts'

describe('the name of a channel', () => {
  test.each(['a', 'quotes.ACME', 'quotes/ACME', 'a.b/c.d', 'münchen.straße', 'a b', '$sys', '-'])(
    '%s is one',
    (name) => expect(parseChannelName(name)).toEqual(name.split(/[./]/)),
  )

  test.each([
    '',
    '.',
    'a..b',
    '/a',
    'a.',
    '../a',
    'a+',
    '#',
    'a.*',
    'a?b',
    '{a}',
    'a\u0000b',
    'a\nb',
    'a\u200Eb',
    'a\u{D800}b',
    'a.__proto__',
    'x'.repeat(256),
  ])('%j is none', (name) => expect(parseChannelName(name)).toBeNull())

  test('that is one of ours leads to no declaration, whatever its parameters', () => {
    const find = createChannelIndex([{ name: '{a}.{b}' }, { name: '{a}' }])
    for (const name of [
      'operations/render',
      'presence.chat',
      'jobs.job_1',
      'batches/b',
      'webhooks',
    ]) {
      expect([name, find(name)]).toEqual([name, null])
    }
  })

  test('leads to the declaration with fewer parameters, and then to the later one', () => {
    const names = ['{a}.{b}', 'x.{b}', '{a}.y', 'x.y', 'x', '{a}.{b}.{c}']
    const find = createChannelIndex(names.map((name) => ({ name })))
    const found = (name: string) => find(name)?.channel.name ?? null
    expect(['x.y', 'x/y', 'x.z', 'z.y', 'z.z', 'x', 'z', 'a.b.c', 'x.y.z.'].map(found)).toEqual([
      'x.y',
      'x.y',
      'x.{b}',
      '{a}.y',
      '{a}.{b}',
      'x',
      null,
      '{a}.{b}.{c}',
      null,
    ])
    expect(find('x/z')?.name).toBe('x.z')
  })
})
