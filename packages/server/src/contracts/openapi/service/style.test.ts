import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'

describe('what may be a name or a list of names', async () => {
  const word = { type: 'string', enum: ['http', 'ingest'] }
  const either = { oneOf: [word, { type: 'array', minItems: 2, items: word }] }
  const object = { type: 'object', properties: { r: { type: 'integer' } } }
  const strict = { ...object, required: ['r'], additionalProperties: false }
  const one = (place: string, name: string, schema: object, style: object = {}) => ({
    name,
    in: place,
    schema,
    required: true,
    ...style,
  })
  const paths: Record<string, readonly [path: string, parameter: object]> = {
    simple: ['/{a}', one('path', 'a', either)],
    label: ['/{a}', one('path', 'a', either, { style: 'label', explode: true })],
    matrix: ['/{a}', one('path', 'a', either, { style: 'matrix', explode: true })],
    matrixObject: [
      '/{a}',
      one('path', 'a', { oneOf: [word, strict] }, { style: 'matrix', explode: true }),
    ],
    exploded: ['', one('query', 'a', either)],
    form: ['', one('query', 'a', either, { explode: false })],
    piped: ['', one('query', 'a', either, { style: 'pipeDelimited', explode: false })],
    object: ['', one('query', 'a', { oneOf: [word, strict] }, { explode: false })],
    spread: ['', one('query', 'a', { oneOf: [word, strict] })],
    header: ['', one('header', 'A', either)],
  }
  const service = await importText(
    JSON.stringify({
      openapi: '3.1.0',
      paths: Object.fromEntries(
        Object.entries(paths).map(([operationId, [path, parameter]]) => [
          `/${operationId}${path}`,
          { get: { operationId, parameters: [parameter], responses: {} } },
        ]),
      ),
    }),
  )

  test.each<[string, string, boolean]>([
    ['simple', '/http', true],
    ['simple', '/http,ingest', true],
    ['simple', '/http,other', false],
    ['label', '/.http.ingest', true],
    ['label', '/.http', true],
    ['matrix', '/;a=http;a=ingest', true],
    ['matrix', '/;a=http', true],
    ['matrix', '/;a=http;a=other', false],
    ['matrixObject', '/;r=1', true],
    ['matrixObject', '/;a=http', true],
    ['matrixObject', '/;r=x', false],
    ['exploded', '?a=http&a=ingest', true],
    ['exploded', '?a=http', true],
    ['exploded', '?a=http,ingest', false],
    ['form', '?a=http,ingest', true],
    ['form', '?a=http%2Cingest', true],
    ['form', '?a=http', true],
    ['form', '?a=other,ingest', false],
    ['piped', '?a=http|ingest', true],
    ['piped', '?a=http', true],
    ['object', '?a=r,1', true],
    ['object', '?a=http', true],
    ['object', '?a=r,x', false],
    ['spread', '?r=1', true],
    ['spread', '?a=http', true],
    ['spread', '?r=x', false],
    ['spread', '?b=1', false],
  ])('%s takes %s: %j', (name, rest, fits) => {
    const errors = wrongWith(operationOf(service, name), { target: `/${name}${rest}` })
    expect(errors.length === 0).toBe(fits)
  })

  test.each([
    ['http', true],
    ['http, ingest', true],
    ['http, other', false],
  ])('a header takes %s: %j', (value, fits) => {
    const errors = wrongWith(operationOf(service, 'header'), { headers: { a: value } })
    expect(errors.length === 0).toBe(fits)
  })
})
