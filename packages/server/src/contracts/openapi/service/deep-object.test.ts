import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'

const deep = (name: string, schema: object, required = false): object => ({
  name,
  in: 'query',
  style: 'deepObject',
  explode: true,
  required,
  schema,
})
const integers = { type: 'array', items: { type: 'integer' } }
const item = { type: 'object', required: ['price'], properties: { price: { type: 'integer' } } }
const get = (operationId: string, ...parameters: readonly object[]): object => ({
  get: { operationId, parameters, responses: {} },
})
const service = await importText(
  JSON.stringify({
    openapi: '3.0.0',
    paths: {
      '/list': get('list', deep('expand', { ...integers, minItems: 2 })),
      '/member': get('member', deep('filter', { type: 'object', properties: { id: integers } })),
      '/items': get('items', deep('items', { type: 'array', items: item })),
      '/either': get(
        'either',
        deep(
          'created',
          { anyOf: [{ type: 'object', properties: { gte: integers } }, { type: 'integer' }] },
          true,
        ),
      ),
      '/claimed': get(
        'claimed',
        deep('f', { type: 'object', additionalProperties: false, properties: { a: {} } }),
        { name: 'f[b]', in: 'query', schema: { type: 'integer' } },
      ),
      '/both': get(
        'both',
        deep('both', {
          anyOf: [
            { type: 'array', items: { type: 'integer' } },
            { type: 'object', additionalProperties: { type: 'boolean' } },
          ],
        }),
      ),
      '/text': get(
        'text',
        deep('v', {
          type: 'object',
          properties: { a: { oneOf: [{ type: 'integer', maximum: 9 }, { enum: ['10'] }] } },
        }),
      ),
      '/endless': get('endless', deep('e', { $ref: '#/components/schemas/Endless' })),
    },
    components: {
      schemas: { Endless: { type: 'array', items: { $ref: '#/components/schemas/Endless' } } },
    },
  }),
)

const start = (text: string): unknown => expect.stringMatching(new RegExp(`^${text}`))

describe('deepObject', () => {
  test.each<[string, string, readonly string[]]>([
    ['list', 'expand[]=1&expand[]=2', []],
    ['list', 'expand%5B%5D=1&expand%5B%5D=2', []],
    ['list', 'expand[0]=1&expand[1]=2', []],
    ['list', 'expand[1]=1&expand[0]=x', ['/query/expand/0 .* must be an integer']],
    ['list', 'expand[]=1', ['/query/expand .* must have at least 2']],
    ['list', 'expand=1&expand=2', []],
    ['list', 'expand=1', ['/query/expand .* must have at least 2']],
    ['list', 'expand[a]=1', ['/query/expand .* must be an array']],
    ['list', '', []],
    ['member', 'filter[id]=5', []],
    ['member', 'filter[id][]=5', []],
    ['member', 'filter[id][0]=5&filter[id][1]=6', []],
    ['member', 'filter[id]=5&filter[id]=6', []],
    ['member', 'filter[id]=x', ['/query/filter/id/0']],
    ['member', 'filter=5', []],
    ['items', 'items[0][price]=1&items[1][price]=2', []],
    ['items', 'items[][price]=1&items[][price]=2', []],
    ['items', 'items[0][price]=1&items[1][price]=x', ['/query/items/1/price']],
    ['items', 'items[0][name]=1', ['/query/items/0 .* "price" is missing']],
    ['items', 'items[0][__proto__]=1', ['/query/items .* has a member named __proto__']],
    ['either', 'created=15', []],
    ['either', 'created[gte]=15', []],
    ['either', 'created[gte][]=15', []],
    ['either', 'created=zzz', ['/query/created', '/query/created', '/query/created']],
    ['either', '', ['/query/created .* is missing']],
    ['claimed', 'f[a]=x&f[b]=1', []],
    ['claimed', 'f[a]=x&f[c]=1', ['/query/f/c .* not a known property']],
    ['both', 'both[0]=1', []],
    ['both', 'both[0]=true', []],
    ['both', 'both[a]=true', []],
    ['both', 'both=7', []],
    ['text', 'v[a]=9', []],
    ['text', 'v[a]=10', []],
    ['text', 'v[a]=11', ['/query/v/a', '/query/v/a', '/query/v/a']],
    ['endless', 'e=1', ['/query/e/0 .* must be an array']],
    ['endless', 'e[]=1', ['/query/e/0/0 .* must be an array']],
  ])('%s takes %s', (name, query, errors) => {
    const target = `/${name}${query === '' ? '' : `?${query}`}`
    expect(wrongWith(operationOf(service, name), { target })).toEqual(errors.map(start))
  })
})
