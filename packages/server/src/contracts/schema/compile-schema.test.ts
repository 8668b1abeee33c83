import { Ajv2020 } from 'ajv/dist/2020.js'
import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { compileSchema, type CompiledSchema, type CompileOptions } from './compile-schema.ts'

function compile(schema: unknown, options?: CompileOptions): CompiledSchema {
  const outcome = compileSchema(schema, options)
  if (outcome.kind === 'refused') throw new Error(outcome.problems.join('; '))
  return outcome.schema
}

const details = (schema: unknown, value: unknown): readonly string[] =>
  compile(schema)
    .check(value)
    .map(({ pointer, detail }) => `${pointer} ${detail}`)

describe('a check says what to do', () => {
  const report = {
    type: 'object',
    required: ['month'],
    properties: { month: { type: 'string' }, pages: { type: 'integer', minimum: 1 } },
    additionalProperties: false,
  }
  test.each<[string, unknown, unknown, readonly string[]]>([
    ['what fits', report, { month: 'May', pages: 2 }, []],
    ['no value', report, undefined, [' must be an object, not nothing']],
    ['a wrong type', report, [], [' must be an object, not an array']],
    ['a missing member', report, {}, [' the property "month" is missing']],
    [
      'everything at once',
      report,
      { mnth: 'May', pages: 0 },
      [
        ' the property "month" is missing',
        '/mnth "mnth" is not a known property; did you mean "month"?',
        '/pages must be >= 1',
      ],
    ],
    [
      'a stranger',
      report,
      { 'month': 'May', 'a/b': 1 },
      ['/a~1b "a/b" is not a known property; leave it out; known are "month", "pages"'],
    ],
    [
      'a name that objects have anyway',
      { type: 'object', required: ['toString'], properties: { valueOf: { type: 'string' } } },
      {},
      [' the property "toString" is missing'],
    ],
    ['a choice', { enum: ['a', 'b'] }, 'c', [' must be one of "a", "b"']],
    ['an equal object in a choice', { enum: [{ a: 1, b: [2] }] }, { b: [2], a: 1 }, []],
    ['a constant', { const: 1 }, 2, [' must be 1']],
    ['a format', { format: 'date' }, '2026-02-30', [' must be a date such as 2026-01-31']],
    ['a format for show', { format: 'password' }, 'x', []],
    ['a fraction', { multipleOf: 0.01 }, 19.99, []],
    [
      'an item twice',
      { uniqueItems: true },
      [{ a: 1 }, { a: 1 }],
      [' must not hold an item twice'],
    ],
    ['items that look alike', { uniqueItems: true }, [1, '1', true, 'true', null, 'null', []], []],
    [
      'alternatives',
      { oneOf: [{ required: ['a'] }, { required: ['b'] }] },
      { a: 1, b: 2 },
      [' must match one of the alternatives only, but matches several'],
    ],
    ['an unknown format', { format: 'colour' }, 'x', []],
    ['a schema that refuses all', false, 1, [' is not allowed here; leave it out']],
  ])('%s', (_, schema, value, expected) => {
    expect(details(schema, value)).toEqual(expected)
  })

  test('of many errors, twenty are told', () => {
    const errors = compile({ items: { type: 'string' } }).check(Array.from({ length: 90 }, () => 1))
    expect(errors).toHaveLength(20)
  })
})

describe('references', () => {
  const tree = {
    $ref: '#/$defs/node',
    $defs: {
      node: {
        properties: { children: { items: { $ref: '#/$defs/node' } }, size: { type: 'integer' } },
      },
    },
  }
  const named = {
    $id: 'https://example.com/root',
    properties: { a: { $ref: 'https://example.com/other' }, b: { $ref: '#short' } },
    $defs: {
      other: {
        $id: 'https://example.com/other',
        $ref: '#/$defs/inner',
        $defs: { inner: { type: 'integer' } },
      },
      short: { $anchor: 'short', maxLength: 1 },
    },
  }
  const sealed = {
    allOf: [{ $ref: '#/$defs/base' }],
    properties: { own: true },
    unevaluatedProperties: false,
    $defs: { base: { properties: { inherited: { type: 'string' } } } },
  }
  test.each<[string, unknown, unknown, readonly string[]]>([
    ['to itself', tree, { children: [{ children: [{ size: 1 }] }] }, []],
    ['to itself, deep', tree, { children: [{ size: 'x' }] }, ['/children/0/size']],
    ['by $id', named, { a: 'x' }, ['/a']],
    ['by anchor', named, { b: 'xx' }, ['/b']],
    ['are evaluated', sealed, { own: 1, inherited: 'x' }, []],
    ['evaluate no more', sealed, { other: 1 }, ['/other']],
  ])('%s', (_, schema, value, pointers) => {
    const errors = compile(schema).check(value)
    expect(errors.map(({ pointer }) => pointer)).toEqual(pointers)
  })
})

describe('older dialects', () => {
  const draft07 = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    items: [{ type: 'integer' }],
    additionalItems: { type: 'string' },
    dependencies: { a: ['b'], c: { required: ['d'] } },
  }
  test.each<[string, unknown, CompileOptions['dialect'], unknown, number]>([
    ['a tuple', draft07, undefined, [1, 'x'], 0],
    ['a tuple that goes on wrongly', draft07, undefined, [1, 2], 1],
    ['a dependency', draft07, undefined, { a: 1 }, 1],
    ['a dependency with a schema', draft07, undefined, { c: 1 }, 1],
    ['nullable', { type: 'string', enum: ['a'], nullable: true }, 'openapi-3.0', null, 0],
    ['not nullable', { type: 'string' }, 'openapi-3.0', null, 1],
    [
      'nullable beside allOf',
      { nullable: true, allOf: [{ type: 'string' }] },
      'openapi-3.0',
      null,
      0,
    ],
    ['exclusiveMinimum', { minimum: 1, exclusiveMinimum: true }, 'openapi-3.0', 1, 1],
    ['not exclusiveMaximum', { maximum: 1, exclusiveMaximum: false }, 'openapi-3.0', 1, 0],
    [
      'siblings of a reference are ignored',
      { $ref: '#/definitions/a', maxLength: 1, definitions: { a: { type: 'string' } } },
      'draft-07',
      'xx',
      0,
    ],
  ])('%s', (_, schema, dialect, value, errors) => {
    const options = dialect === undefined ? {} : { dialect }
    expect(compile(schema, options).check(value)).toHaveLength(errors)
  })
})

describe('what cannot be checked', () => {
  const hard = { pattern: '^(?=a)' }

  test('a pattern that is not linear is left out and noted', () => {
    const { notes, check } = compile({ properties: { a: hard } })
    expect(notes).toEqual([
      expect.stringMatching(/^#\/properties\/a\/pattern "\^\(\?=a\)" is not checked: it cannot/),
    ])
    expect(check({ a: 'b' })).toEqual([])
  })

  // Each value fits the schema as it is written, and so must fit what is left of it.
  test.each<[string, unknown, unknown]>([
    ['not', { not: hard }, 'b'],
    [
      'not, behind a reference',
      { not: { $ref: '#/$defs/a' }, $defs: { a: { items: hard } } },
      ['b'],
    ],
    ['oneOf', { oneOf: [{ type: 'string' }, hard] }, 'b'],
    ['oneOf beside allOf', { oneOf: [{ type: 'string' }, hard], allOf: [{ type: 'string' }] }, 'b'],
    ['if', JSON.parse('{"if":{"pattern":"^(?=a)"},"then":false}'), 'b'],
    ['contains', { contains: hard, maxContains: 1 }, ['b', 'b']],
    [
      'patternProperties',
      { patternProperties: { '(?=a)': true }, additionalProperties: false },
      { a: 1 },
    ],
    [
      'unevaluatedProperties',
      { anyOf: [{ patternProperties: { '(?=a)': true } }], unevaluatedProperties: false },
      { a: 1 },
    ],
  ])('%s does not become stricter', (_, schema, value) => {
    expect(compile(schema).check(value)).toEqual([])
  })

  test.each<[string, unknown, RegExp]>([
    ['no schema', 'string', /object or a boolean/],
    ['an unknown type', { type: 'strng' }, /"strng" is no type/],
    ['a wrong bound', { maxLength: '5' }, /"5" has no meaning here/],
    ['$data', { maximum: { $data: '1/limit' } }, /has no meaning here/],
    ['a list that is none', { anyOf: {} }, /anyOf is no list/],
    ['a remote reference', { $ref: 'https://example.com/a' }, /is not fetched/],
    ['a file', { $ref: './a.json#/b' }, /is not fetched/],
    ['a lost reference', { $ref: '#/$defs/a' }, /leads nowhere/],
    ['a reference to itself', { $ref: '#' }, /refers to itself without an end/],
    [
      'a circle of references',
      { anyOf: [{ $ref: '#/$defs/a' }], $defs: { a: { allOf: [{ $ref: '#' }] } } },
      /without an end/,
    ],
    [
      'a circle that would be written out',
      {
        unevaluatedProperties: false,
        allOf: [{ $ref: '#/$defs/a' }],
        $defs: { a: { not: { $ref: '#/$defs/a' } } },
      },
      /without an end/,
    ],
  ])('%s is refused', (_, schema, problem) => {
    const outcome = compileSchema(schema)
    expect(outcome.kind === 'refused' && outcome.problems.join('; ')).toMatch(problem)
  })
})

describe('properties', () => {
  const name = fc.constantFrom('a', 'b', 'cc', 'x/y')
  const json = fc.letrec<{ value: unknown }>((tie) => ({
    value: fc.oneof(
      { maxDepth: 3 },
      fc.constantFrom('a', 'b', 'abc', '', 1, 0, -2.5, true, null),
      fc.array(tie('value'), { maxLength: 3 }),
      fc.dictionary(name, tie('value'), { maxKeys: 3, noNullPrototype: true }),
    ),
  })).value
  const leaf = fc.oneof(
    fc.constantFrom(
      { type: 'string' },
      { type: 'integer' },
      { type: ['null', 'boolean'] },
      true,
      {},
    ),
    fc.record({ minLength: fc.nat(3), pattern: fc.constantFrom('^a', 'b$', '[a-c]+') }),
    fc.record({ minimum: fc.integer(), exclusiveMaximum: fc.integer() }),
    fc.record({ enum: fc.array(json, { minLength: 1, maxLength: 3 }) }),
    fc.record({ const: json }),
  )
  const { schema: anySchema } = fc.letrec<{ schema: unknown }>((tie) => ({
    schema: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      leaf,
      fc.record(
        {
          properties: fc.dictionary(name, tie('schema'), { noNullPrototype: true }),
          required: fc.uniqueArray(name),
          additionalProperties: fc.oneof(tie('schema'), fc.boolean()),
          patternProperties: fc.dictionary(fc.constantFrom('^a', 'b$'), tie('schema'), {
            noNullPrototype: true,
          }),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          items: tie('schema'),
          prefixItems: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          contains: tie('schema'),
          uniqueItems: fc.boolean(),
          unevaluatedItems: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      fc.record(
        {
          allOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          anyOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          oneOf: fc.array(tie('schema'), { minLength: 1, maxLength: 2 }),
          not: tie('schema'),
          if: tie('schema'),
          else: tie('schema'),
          unevaluatedProperties: fc.boolean(),
        },
        { requiredKeys: ['anyOf'] },
      ),
    ),
  }))
  /** What `contains` has looked at counts as evaluated, which Ajv does not know of a schema `{}`. */
  const isMisread = (schema: unknown): boolean =>
    ['"contains"', '"unevaluatedItems"'].every((keyword) =>
      JSON.stringify(schema).includes(keyword),
    )

  /** Of some schemas with `unevaluatedItems` Ajv writes code that does not run; null where it is so. */
  function outcomeOf(check: () => boolean): boolean | null {
    try {
      return check()
    } catch (error) {
      if (error instanceof ReferenceError) return null
      throw error
    }
  }

  test('a schema means what plain Ajv says that it means', () => {
    const plain = new Ajv2020({ strict: false, ownProperties: true, addUsedSchema: false })
    fc.assert(
      fc.property(anySchema, fc.array(json, { maxLength: 4 }), (schema, values) => {
        fc.pre(!isMisread(schema))
        const { check } = compile(schema)
        const expected = plain.compile(schema as object)
        for (const one of values) {
          const outcome = outcomeOf(() => expected(one))
          if (outcome !== null) expect(check(one).length === 0).toBe(outcome)
        }
      }),
      { numRuns: 150 },
    )
  })

  test('no schema at all makes it throw', () => {
    const keyword = fc.constantFrom(
      'type',
      'properties',
      'items',
      'allOf',
      'required',
      'enum',
      '$ref',
      '$id',
      'not',
      'if',
      'pattern',
      'minimum',
      'dependencies',
      'patternProperties',
      'nullable',
      'const',
      'format',
    )
    const odd = fc.dictionary(
      keyword,
      fc.oneof(fc.jsonValue(), fc.dictionary(keyword, fc.jsonValue())),
    )
    fc.assert(
      fc.property(
        odd,
        fc.jsonValue(),
        fc.constantFrom('2020-12', 'draft-07', 'openapi-3.0'),
        (...given) => {
          const [schema, one, dialect] = given
          const outcome = compileSchema(schema, { dialect })
          if (outcome.kind === 'compiled') expect(outcome.schema.check(one)).toBeInstanceOf(Array)
          else expect(outcome.problems).not.toEqual([])
        },
      ),
      { numRuns: 300 },
    )
  })
})
