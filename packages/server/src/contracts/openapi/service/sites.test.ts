import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'

const integer = (name: string, required = true): object => ({
  name,
  in: 'query',
  required,
  schema: { type: 'integer' },
})
const operation = (operationId: string): object => ({ operationId, responses: {} })

describe('a path item that refers to another', async () => {
  const service = await importText(
    JSON.stringify({
      openapi: '3.1.0',
      paths: {
        '/a': {
          $ref: '#/components/pathItems/A',
          parameters: [integer('own'), integer('both', false)],
          post: operation('postA'),
          put: operation('own'),
        },
        '/b': { $ref: '#/components/pathItems/B', get: operation('getB') },
        '/c': { $ref: './c.yaml', get: operation('getC') },
        '/d': { $ref: '#/components/pathItems/Circle', get: operation('getD') },
        '/e': { GET: operation('getE'), Post: operation('postE'), put: operation('putE') },
      },
      components: {
        pathItems: {
          A: {
            parameters: [integer('referred'), integer('both')],
            get: operation('getA'),
            put: operation('referred'),
          },
          B: { $ref: '#/components/pathItems/A', post: operation('postB') },
          Circle: { $ref: '#/components/pathItems/Circle' },
        },
      },
    }),
  )

  test('keeps its own members, which win', () => {
    expect(service.operations.map(({ operationId, path }) => `${path} ${operationId}`)).toEqual([
      '/a getA',
      '/a own',
      '/a postA',
      '/b getB',
      '/b referred',
      '/b postB',
      '/c getC',
      '/d getD',
      '/e putE',
    ])
  })

  test.each<[string, string, readonly string[]]>([
    ['getA', '/a?own=1&referred=1', []],
    ['getA', '/a', ['/query/referred', '/query/own']],
    ['postA', '/a', ['/query/referred', '/query/own']],
    ['getB', '/b', ['/query/referred', '/query/both']],
  ])('has the parameters of both: %s %s', (name, target, errors) => {
    expect(wrongWith(operationOf(service, name), { target })).toEqual(
      errors.map((text) => expect.stringMatching(new RegExp(`^${text}`)) as unknown),
    )
  })

  test('says what is not there, and what is no method', () => {
    expect(service.notes).toEqual([
      '/c refers to "./c.yaml" outside of the document, which is not fetched; bundle the document into one file; its operations are not imported',
      '/d refers to itself without an end; its operations are not imported',
      '/e has methods that are not in lower case, which are not imported: GET, Post',
    ])
  })
})
