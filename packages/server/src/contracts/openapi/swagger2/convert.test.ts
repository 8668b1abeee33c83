import { describe, expect, test } from 'vitest'
import {
  importFixture,
  operationOf,
  readFixture,
  wrongWith,
  type TestRequest,
} from '../../testing/fixture.ts'
import { readOpenApi } from '../read/read-open-api.ts'

const service = await importFixture('swagger-2.0.yaml')
const start = (text: string): unknown => expect.stringMatching(new RegExp(`^${text}`))

describe('a Swagger 2.0 document', () => {
  test('becomes operations and says so', () => {
    expect(service.operations.map(({ name, method }) => `${name} ${method}`)).toEqual([
      'api.getThing GET',
      'api.putThing PUT',
      'api.postForm POST',
      'api.upload PATCH',
    ])
    expect(service.notes).toEqual(['the document is Swagger 2.0 and was read as OpenAPI 3.0'])
    expect(service.servers).toEqual(['http://old.example.com/v2', 'https://old.example.com/v2'])
    expect(operationOf(service, 'putThing').mediaTypes).toEqual([
      'application/json',
      'application/xml',
    ])
  })

  const json = { type: 'application/json' }
  const form = { type: 'application/x-www-form-urlencoded' }
  test.each<[string, TestRequest, readonly string[]]>([
    ['getThing', { target: '/things/7?limit=10&ids=1&ids=2&csv=1,2&piped=1|2&tabbed=x' }, []],
    ['getThing', { target: '/things/x' }, ['/path/id']],
    ['getThing', { target: '/things/7?limit=11' }, ['/query/limit']],
    ['getThing', { target: '/things/7?ids=1&ids=x' }, ['/query/ids/1']],
    ['getThing', { target: '/things/7?csv=1,x' }, ['/query/csv/1']],
    ['getThing', { target: '/things/7?piped=1|x' }, ['/query/piped/1']],
    ['putThing', { target: '/things/7', body: '{"name":"a","next":{"name":"b"}}', ...json }, []],
    ['putThing', { target: '/things/7', body: '{"name":"a","next":{}}', ...json }, ['/next']],
    ['putThing', { target: '/things/7' }, [' a body is required']],
    [
      'putThing',
      { target: '/things/7', body: 'x', type: 'text/plain' },
      ['unsupported-media-type'],
    ],
    ['postForm', { target: '/things/7', body: 'size=5&note=abc', ...form }, []],
    ['postForm', { target: '/things/7', body: 'size=x&note=abcd', ...form }, ['/size', '/note']],
    ['upload', { target: '/things/7', body: 'x', type: 'multipart/form-data; boundary=b' }, []],
    ['upload', { target: '/things/7', body: 'x', ...json }, ['unsupported-media-type']],
  ])('%s takes %o', (name, request, errors) => {
    expect(wrongWith(operationOf(service, name), request)).toEqual(errors.map(start))
  })

  test('keeps what answers look like', () => {
    const outcome = readOpenApi({ text: readFixture('swagger-2.0.yaml'), name: 'old' })
    expect(outcome.kind === 'read' && outcome.document.root).toMatchObject({
      components: {
        responses: {
          Missing: {
            content: { 'application/json': { schema: { $ref: '#/components/schemas/Thing' } } },
          },
        },
        securitySchemes: { key: { type: 'apiKey' }, login: { type: 'oauth2' } },
      },
      paths: {
        '/things/{id}': {
          get: {
            responses: {
              200: {
                headers: { 'X-Rate': { description: 'left', schema: { type: 'integer' } } },
                content: { 'application/json': { example: { name: 'a' } } },
              },
              404: { $ref: '#/components/responses/Missing' },
            },
          },
        },
      },
    })
  })

  test('is not changed by the conversion, and may be full of nonsense', () => {
    const nonsense = {
      swagger: '2.0',
      parameters: [1],
      paths: {
        '/a': {
          parameters: 'x',
          get: { parameters: [null, 1, { in: 'body' }], responses: [] },
          put: 1,
        },
      },
      definitions: 'x',
      securityDefinitions: [null],
    }
    const copy = structuredClone(nonsense)
    expect(readOpenApi(nonsense).kind).toBe('read')
    expect(nonsense).toEqual(copy)
  })
})
