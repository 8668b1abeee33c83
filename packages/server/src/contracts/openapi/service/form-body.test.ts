import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'

const item = {
  type: 'object',
  additionalProperties: false,
  properties: { n: { type: 'integer' }, s: { type: 'string' } },
}
const items = { type: 'array', items: item }
const properties = {
  clients: items,
  packed: items,
  deep: items,
  spread: { type: 'object', properties: { r: { type: 'integer' }, tags: { type: 'integer' } } },
  flat: item,
  tags: { type: 'array', items: { type: 'string', maxLength: 3 } },
  either: { oneOf: [item, { type: 'string', minLength: 2 }] },
  tagged: { anyOf: [{ type: 'array', items: { type: 'integer' } }, { type: 'string' }] },
  size: { oneOf: [{ type: 'integer', maximum: 9 }, { enum: ['10'] }] },
  rows: { type: 'array', items: { type: 'array', items: { type: 'integer' } } },
}
const content = {
  schema: { type: 'object', additionalProperties: false, properties },
  encoding: {
    deep: { style: 'deepObject', explode: true },
    packed: { style: 'form', explode: false },
    spread: { style: 'form' },
    flat: { explode: false },
  },
}
const type = 'application/x-www-form-urlencoded'
const form = operationOf(
  await importText(
    JSON.stringify({
      openapi: '3.1.0',
      paths: {
        '/form': {
          post: {
            operationId: 'form',
            requestBody: { content: { [type]: content, 'multipart/form-data': content } },
            responses: {},
          },
        },
      },
    }),
  ),
  'form',
)

const start = (text: string): unknown => expect.stringMatching(new RegExp(`^${text}`))

type Fields = readonly (readonly [name: string, value: string])[]

const cases: readonly (readonly [fields: Fields, errors: readonly string[]])[] = [
  [
    [
      ['clients', '{"n":1}'],
      ['clients', '{"n":2}'],
    ],
    [],
  ],
  [[['clients', '{"n":1}']], []],
  [[['clients', '[{"n":1},{"n":2}]']], []],
  [[['clients', '[{"n":1},{"n":"x"}]']], ['/clients/1/n must be an integer']],
  [
    [
      ['clients', '{"n":1}'],
      ['clients', '{"n":"x"}'],
    ],
    ['/clients/1/n must be an integer'],
  ],
  [[['clients', '{"__proto__":{}}']], ['/clients/0 must be an object, not a string']],
  [[['packed', '[{"n":1},{"n":2}]']], []],
  [
    [
      ['deep[0][n]', '1'],
      ['deep[1][s]', '2'],
    ],
    [],
  ],
  [
    [
      ['deep[][n]', '1'],
      ['deep[][s]', '2'],
      ['deep[][n]', 'x'],
    ],
    ['/deep/1/n must be an integer'],
  ],
  [[['spread', '{"r":1}']], []],
  [
    [
      ['r', '1'],
      ['tags', 'abc'],
    ],
    [],
  ],
  [[['r', 'x']], ['/spread/r must be an integer']],
  [[['flat', 'n,1,s,a']], []],
  [[['flat', '{"n":1}']], []],
  [[['flat', 'n,x']], ['/flat/n must be an integer']],
  [
    [
      ['tags', 'a'],
      ['tags', '[]'],
    ],
    [],
  ],
  [[['tags', '["abc"]']], []],
  [[['tags', 'long']], ['/tags/0 must have at most 3']],
  [[['either', '123']], []],
  [[['either', 'true']], []],
  [[['either', '{"n":1}']], []],
  [[['either', '{"m":1}']], []],
  [[['either', '1']], ['/either .* none', '/either must be an object', '/either must have at']],
  [[['tagged', '1']], []],
  [[['tagged', '[1,2]']], []],
  [
    [
      ['tagged', '1'],
      ['tagged', '2'],
    ],
    [],
  ],
  [
    [
      ['tagged', '1'],
      ['tagged', 'x'],
    ],
    ['/tagged .* none', '/tagged/1', '/tagged must be a str'],
  ],
  [
    [
      ['size', '9'],
      ['either', '123'],
    ],
    [],
  ],
  [
    [
      ['size', '10'],
      ['either', '123'],
    ],
    [],
  ],
  [
    [
      ['size', '11'],
      ['either', '123'],
    ],
    ['/size', '/size', '/size'],
  ],
  [[['rows', '[1,2]']], []],
  [[['rows', '[[1],[2]]']], []],
  [[['rows', '[1,"x"]']], ['/rows/0', '/rows/1']],
]

describe('the fields of a form', () => {
  test.each(cases)('%j', (fields, errors) => {
    const body = fields.map((pair) => pair.map(encodeURIComponent).join('=')).join('&')
    expect(wrongWith(form, { body, type })).toEqual(errors.map(start))
  })

  test.each(cases)('are the same as parts: %j', async (fields, errors) => {
    const parts = fields.map(
      ([name, value]) =>
        `--x\r\nContent-Disposition: form-data; name="${name}"\r\n` +
        `Content-Type: ${/^[[{]/.test(value) ? 'application/json' : 'text/plain'}\r\n\r\n${value}\r\n`,
    )
    const body = [Buffer.from(`${parts.join('')}--x--\r\n`)]
    const check = form.checkParts('multipart/form-data; boundary=x')
    const outcome = await check?.(
      (async function* () {
        yield* await Promise.resolve(body)
      })(),
    )
    const found = outcome?.kind === 'invalid' ? outcome.errors : []
    expect(found.map(({ pointer, detail }) => `${pointer} ${detail}`)).toEqual(errors.map(start))
  })

  test('are read in linear time, however many there are', () => {
    const count = 100_000
    const many = (name: (at: number) => string): string =>
      Array.from({ length: count }, (_, at) => `${name(at)}=1`).join('&')
    for (const body of [many((at) => `f${at}`), many(() => 'tags'), many(() => 'deep[0][s][]')]) {
      expect(wrongWith(form, { body, type }).length).toBeLessThanOrEqual(20)
    }
  })
})
