import { describe, expect, test } from 'vitest'
import { workedMs } from '../../../../../test/support/worked.ts'
import { createSchemaScope } from './scope.ts'
import { compileSchema } from './compile-schema.ts'

/** What must be over within so much work; most takes a hundredth of it. */
const soonMs = 3_000

const many = <Value>(count: number, make: (index: number) => Value): Value[] =>
  Array.from({ length: count }, (_, index) => make(index))

const nested = (depth: number, wrap: (inner: unknown) => unknown): unknown => {
  let value: unknown = {}
  for (let level = 0; level < depth; level += 1) value = wrap(value)
  return value
}

const chain = (length: number, step: (next: object) => object): object => ({
  ...step({ $ref: '#/$defs/n0' }),
  $defs: Object.fromEntries([
    ...many(length, (at) => [`n${at}`, step({ $ref: `#/$defs/n${at + 1}` })] as const),
    [`n${length}`, { type: 'string' }],
  ]),
})

const twice = (keyword: string) => (next: object) => ({ [keyword]: [next, next] })

const recursive = {
  anyOf: [
    { type: 'object', properties: { x: { $ref: '#' } }, required: ['y'] },
    { type: 'object', properties: { x: { $ref: '#' } }, required: ['z'] },
  ],
}

function timed<Value>(run: () => Value): Value {
  const start = workedMs()
  const value = run()
  expect(workedMs() - start).toBeLessThan(soonMs)
  return value
}

describe('schemas that were made to do harm', () => {
  test.each<[string, unknown, unknown]>([
    ['references that double at each step, with allOf', chain(60, twice('allOf')), 'x'],
    ['references that double at each step, with anyOf', chain(60, twice('anyOf')), 1],
    ['references that double at each step, with oneOf', chain(60, twice('oneOf')), 'x'],
    ['recursion that doubles at each level', recursive, nested(60, (x) => ({ x }))],
    [
      'patterns without number on names without number',
      { patternProperties: Object.fromEntries(many(900, (at) => [`a${at}$`, { type: 'null' }])) },
      Object.fromEntries(many(50_000, (at) => [`name${at}`, 1])),
    ],
  ])('%s: the check gives up', (_, schema, value) => {
    const outcome = compileSchema(schema)
    const errors = timed(() => (outcome.kind === 'compiled' ? outcome.schema.check(value) : []))
    expect(errors).toEqual([
      { pointer: '', detail: expect.stringContaining('takes too long to check') },
    ])
  })

  test.each([
    ['allOf', 'x'],
    ['anyOf', 1],
    ['oneOf', 'x'],
  ])('where %s doubles, the answer says where', (keyword, value) => {
    const outcome = compileSchema(chain(60, twice(keyword)))
    const [error] = outcome.kind === 'compiled' ? outcome.schema.check(value) : []
    expect(error?.detail).toMatch(
      /#\/\$defs\/n\d+ is applied more than [\d,]+ times, through allOf/,
    )
  })

  test.each<[string, unknown, RegExp]>([
    ['deep nesting', nested(50_000, (items) => ({ items })), /nested too deeply/],
    ['a long chain of references', chain(5_000, (next) => next), /too many references/],
    ['too many alternatives', { anyOf: many(9_000, (at) => ({ const: at })) }, /of 250 at most/],
    [
      'too many members',
      { properties: Object.fromEntries(many(20_000, (at) => [`p${at}`, {}])) },
      /of 1000 at most/,
    ],
    [
      'too many schemas',
      { allOf: many(200, () => ({ allOf: many(200, () => ({ minLength: 1 })) })) },
      /holds more than 5000 schemas/,
    ],
    [
      'a schema written out too often',
      {
        unevaluatedProperties: false,
        ...chain(20, (next) => ({ allOf: [next, next, next] })),
      },
      /holds more than 5000 schemas|nested too deeply/,
    ],
  ])('%s is refused', (_, schema, problem) => {
    const outcome = timed(() => compileSchema(schema))
    expect(outcome.kind === 'refused' && outcome.problems.join('; ')).toMatch(problem)
  })

  test.each<[string, unknown, unknown, number]>([
    [
      'a huge enum',
      { items: { enum: many(200_000, (at) => `v${at}`) } },
      many(50_000, () => 'v199999'),
      0,
    ],
    ['huge arrays of unique items', { uniqueItems: true }, many(100_000, (at) => ({ at })), 0],
    ['huge arrays with one item twice', { uniqueItems: true }, [...many(100_000, String), '0'], 1],
    [
      'many required names',
      { items: { required: many(5_000, String) } },
      many(50_000, () => ({})),
      1,
    ],
  ])('%s: the check is fast', (_, schema, value, errors) => {
    const outcome = compileSchema(schema)
    const found = timed(() => (outcome.kind === 'compiled' ? outcome.schema.check(value) : null))
    expect(found).toHaveLength(errors)
  })
})

describe('patterns that were made to do harm', () => {
  test.each([
    ['(a+)+$', `${'a'.repeat(100_000)}!`],
    ['^(a|a)*$', `${'a'.repeat(100_000)}!`],
    ['(x+x+)+y', 'x'.repeat(100_000)],
    ['^(([a-z])+.)+[A-Z]([a-z])+$', 'a'.repeat(100_000)],
    ['(a?){500}b', 'a'.repeat(100_000)],
    [String.raw`^(\w+\s?)*$`, `${'word '.repeat(20_000)}!`],
  ])('%s takes linear time', (pattern, text) => {
    const outcome = compileSchema({ pattern })
    if (outcome.kind === 'refused') throw new Error(outcome.problems.join('; '))
    outcome.schema.check('warm')
    const start = workedMs()
    const errors = outcome.schema.check(text)
    // A backtracking engine would need longer than the sun has; a busy machine takes 100 ms.
    expect(workedMs() - start).toBeLessThan(soonMs)
    expect(errors).toHaveLength(1)
  })

  test.each([
    ['((a{100}){100}){100}', /with \{100\} it repeats something more than 1,000 times, counts/],
    [
      '^[a-z]{1,2048}$',
      /is not checked: with \{1,2048\} it repeats something more than 1,000 times/,
    ],
    ['a{5,2}', /is not checked: it is no regular expression/],
    ['('.repeat(1_001) + ')'.repeat(1_001), /longer than 2000/],
    [String.raw`(a)\1`, /is not checked: it cannot be checked in linear time/],
    ['(?!a)b', /is not checked: it cannot be checked in linear time/],
    ['[', /is not checked: it is no regular expression/],
  ])('%s is left out', (pattern, reason) => {
    const outcome = compileSchema({ pattern })
    expect(outcome.kind === 'compiled' && outcome.schema.notes.join('; ')).toMatch(reason)
  })

  test.each([
    [String.raw`^\p{Script=Greek}+$`, 'αβγ', 'abc'],
    [String.raw`^\uD83D\uDE00$`, '😀', '😁'],
    [String.raw`^[\w-\.]+$`, 'a-b.c', 'a b'],
    [String.raw`^\d{4}-\d\d$`, '2026-01', '26-1'],
    ['^é$', 'é', 'e'],
    ['b', 'abc', 'ac'],
  ])('%s means what it means in ECMAScript', (pattern, fits, fails) => {
    const outcome = compileSchema({ pattern })
    if (outcome.kind === 'refused') throw new Error(outcome.problems.join('; '))
    expect([fits, fails].map((text) => outcome.schema.check(text).length)).toEqual([0, 1])
  })
})

describe('a document in which everything refers to everything', () => {
  const count = 3_000
  const at = (index: number) => ({ $ref: `#/S${index % count}` })

  function read(last: object) {
    const schemas = Object.fromEntries(
      Array.from({ length: count }, (_, index) => {
        const properties = Object.fromEntries(
          Array.from({ length: 12 }, (__, step) => [`p${step}`, at(index * (step + 2) + 1)]),
        )
        return [`S${index}`, { properties: { ...properties, next: at(index + 1) } }]
      }),
    )
    const root = { ...schemas, [`S${count - 1}`]: last }
    const scope = createSchemaScope({ root, dialect: '2020-12', forRequests: true })
    return Array.from({ length: count }, (_, index) => scope.read(at(index), `#/at/${index}`))
  }

  test('is looked through once, and not for each schema that is asked for', () => {
    const losses = timed(() => read({ type: 'string' }).map((schema) => schema.losses.size))
    expect(Math.max(...losses)).toBe(0)
  })

  test('tells what is lost in it wherever that is reached', () => {
    const schemas = read({ pattern: '(?!a)b' })
    for (const schema of schemas.slice(0, 20)) {
      expect([...schema.losses.keys()]).toEqual([expect.stringContaining('(?!a)b')])
    }
  })
})
