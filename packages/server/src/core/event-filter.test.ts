import { describe, expect, test } from 'vitest'
import { createTypeFilter, readEventFilter } from './event-filter.ts'
import { readEventMapping } from './event-mapping.ts'

const event = {
  id: 'e1',
  source: '/shop/eu',
  type: 'order.paid',
  subject: 'order-77',
  data: {
    amount: 120.5,
    currency: 'EUR',
    customer: { name: 'Ada', vip: true },
    items: [{ sku: 'a/b' }],
  },
}

const passes = (filter: unknown): boolean => {
  const read = readEventFilter(filter)
  if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors))
  return read.filter(event)
}

describe('filters', () => {
  test.each([
    [{ exact: { type: 'order.paid' } }, true],
    [{ exact: { type: 'order.paid', subject: 'order-78' } }, false],
    [{ exact: { '/data/customer/vip': true } }, true],
    [{ exact: { '/data/amount': '120.5' } }, false],
    [{ exact: { '/data/items/0/sku': 'a/b' } }, true],
    [{ prefix: { source: '/shop/' } }, true],
    [{ suffix: { subject: '-77' } }, true],
    [{ suffix: { '/data/amount': '5' } }, false],
    [{ range: { '/data/amount': { gte: 120.5 } } }, true],
    [{ range: { '/data/amount': { gt: 120.5 } } }, false],
    [{ range: { '/data/amount': { gt: 100, lt: 200 }, '/data/missing': { lt: 1 } } }, false],
    [{ not: { exact: { type: 'order.paid' } } }, false],
    [{ all: [{ prefix: { type: 'order.' } }, { range: { '/data/amount': { lte: 500 } } }] }, true],
    [{ any: [{ exact: { type: 'x' } }, { not: { prefix: { source: '/shop/us' } } }] }, true],
    [{ exact: { missing: 'x' } }, false],
    [{ exact: { '/data/constructor/name': 'Object' } }, false],
    [{ exact: { '/data/toString': 'x' } }, false],
  ])('%j passes: %s', (filter, expected) => {
    expect(passes(filter)).toBe(expected)
  })

  test.each([
    [{}, ''],
    [{ exact: {}, prefix: {} }, ''],
    [{ sql: 'type = 1' }, ''],
    [[], ''],
    ['type', ''],
    [{ exact: {} }, '/exact'],
    [{ exact: { 'Type!': 'x' } }, '/exact/Type!'],
    [{ exact: { type: null } }, '/exact/type'],
    [{ prefix: { type: '' } }, '/prefix/type'],
    [{ range: { '/data/a': { gt: '1' } } }, '/range/~1data~1a'],
    [{ range: { '/data/a': {} } }, '/range/~1data~1a'],
    [{ all: [] }, '/all'],
    [{ any: [{ not: 7 }] }, '/any/0/not'],
    [{ exact: { '/data/~2': 'x' } }, '/exact/~1data~1~02'],
  ])('%j is refused at %j', (filter, pointer) => {
    const read = readEventFilter(filter)
    expect(read.kind === 'invalid' && read.errors[0]?.pointer).toBe(pointer)
  })

  test('a bomb is refused', () => {
    let deep: unknown = { exact: { type: 'x' } }
    for (let level = 0; level < 1_000; level += 1) deep = { not: deep }
    expect(readEventFilter(deep).kind).toBe('invalid')
    const wide = { any: Array.from({ length: 10_000 }, () => ({ exact: { type: 'x' } })) }
    expect(readEventFilter(wide).kind).toBe('invalid')
  })
})

test.each([
  [null, 'anything', true],
  [['order.paid'], 'order.paid', true],
  [['order.paid'], 'order.paid.again', false],
  [['order.*'], 'order.paid', true],
  [['*'], 'anything', true],
  [['job.failed'], 'dev.buzzer.job.failed', true],
  [['dev.buzzer.job.*'], 'dev.buzzer.job.failed', true],
  [['job.failed'], 'dev.buzzer.job.succeeded', false],
])('types %j want %s: %s', (types, type, expected) => {
  expect(createTypeFilter(types)(type)).toBe(expected)
})

describe('mappings', () => {
  const mapped = (template: unknown): unknown => {
    const read = readEventMapping(template)
    if (read.kind === 'invalid') throw new Error(JSON.stringify(read.errors))
    return read.mapping(event)
  }

  test.each([
    [
      { text: 'Order {{subject}}: {{/data/amount}} {{/data/currency}}', blocks: [1, null] },
      { text: 'Order order-77: 120.5 EUR', blocks: [1, null] },
    ],
    ['{{/data/customer}}', { name: 'Ada', vip: true }],
    [{ amount: '{{ /data/amount }}' }, { amount: 120.5 }],
    [
      { gone: '{{/data/none}}', text: 'a{{/data/none}}b' },
      { gone: null, text: 'ab' },
    ],
    [{ a: 'vip: {{/data/customer/vip}}, {{/data/items}}' }, { a: 'vip: true, [{"sku":"a/b"}]' }],
    [{ plain: '{not a hole}' }, { plain: '{not a hole}' }],
    ['{{/data/toString}}', null],
  ])('%j', (template, expected) => {
    expect(mapped(template)).toEqual(expected)
  })

  test.each([
    [{ a: '{{}}' }, '/a'],
    [{ a: ['{{data.amount}}'] }, '/a/0'],
  ])('%j is refused at %s', (template, pointer) => {
    const read = readEventMapping(template)
    expect(read.kind === 'invalid' && read.errors[0]?.pointer).toBe(pointer)
  })
})
