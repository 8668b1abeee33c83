import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  importFixture,
  operationOf,
  send,
  wrongWith,
  type TestRequest,
} from '../../testing/fixture.ts'

const parameters = await importFixture('parameters.yaml')
const bodies = await importFixture('bodies.yaml')
const old = await importFixture('schemas-3.0.yaml')
const modern = await importFixture('schemas-3.1.yaml')
const circular = await importFixture('circular.yaml')

const start = (text: string): unknown => expect.stringMatching(new RegExp(`^${text}`))

describe('parameters of the path', () => {
  const operation = operationOf(parameters, 'path')
  test.each<[string, readonly string[]]>([
    ['/path/7/1,2/.a.bc/;a=1', []],
    ['/path/%37/1,2/.a/;a=1', []],
    ['/path/x/1/.a/;a=1', ['/path/simple path parameter "simple": must be an integer']],
    ['/path/7/1,x/.a/;a=1', ['/path/list/1 path parameter "list": must be an integer']],
    ['/path/7/1/.abc/;a=1', ['/path/label/0 path parameter "label": must have at most 2']],
    ['/path/7/1/.a/;a=x', ['/path/matrix/a path parameter "matrix": must be an integer']],
    ['/path/7/1/.a/;b=1', ['/path/matrix/b path parameter "matrix": "b" is not a known']],
    ['/path/%E9/1/.a/;a=1', ['/path/simple path parameter "simple" its percent-encoding']],
  ])('%s', (target, errors) => {
    expect(wrongWith(operation, { target })).toEqual(errors.map(start))
  })
})

describe('parameters of the query', () => {
  const operation = operationOf(parameters, 'query')
  test.each<[string, readonly string[]]>([
    ['', []],
    ['kept=true&unknown=1&unknown=2', []],
    ['kept=1', ['/query/kept query parameter "kept": must be a boolean, not a string']],
    ['shared=abcd', ['/query/shared query parameter "shared": must have at most 3']],
    ['ids=1&ids=2', []],
    ['ids=1&ids=x', ['/query/ids/1']],
    ['ids=1&ids=2&ids=3&ids=4', ['/query/ids query parameter "ids": must have at most 3 items']],
    ['csv=a,b%2Cc', []],
    ['csv=b%2Cc', []],
    ['csv=a%2Ca', []],
    ['csv=a%2ca,a', []],
    ['csv=a%2Cx', ['/query/csv/1']],
    ['csv=a,b,c', ['/query/csv/1', '/query/csv/2']],
    ['spaced=1%202+3', []],
    ['spaced=1%20x', ['/query/spaced/1']],
    ['piped=1|2%7C3', []],
    ['piped=1|x', ['/query/piped/1']],
    ['deep[min]=1&deep%5Btags%5D=a&deep[tags]=b', []],
    ['deep[min]=x', ['/query/deep/min']],
    ['deep[max]=1', ['/query/deep/max']],
    ['deep[__proto__]=1', ['/query/deep query parameter "deep" has a member named __proto__']],
    [`deep${'[a]'.repeat(20)}=1`, ['/query/deep query parameter "deep" is nested deeper']],
    ['x=1.5&y=-2e3', []],
    ['y=1', ['/query/point query parameter "point": the property "x" is missing']],
    ['flat=r,1', []],
    ['flat=r%2C1', []],
    ['flat=g%2C1', ['/query/flat/g']],
    ['flat=g,1', ['/query/flat/g']],
    ['filter=%7B%22ok%22:1%7D', []],
    ['filter=%7B%7D', ['/query/filter query parameter "filter": the property "ok" is missing']],
    ['filter=nonsense', ['/query/filter query parameter "filter": must be JSON']],
    ['either=5', []],
    ['either=x5', []],
    ['either=y', ['/query/either', '/query/either', '/query/either']],
    ['empty=', []],
    ['empty=x', ['/query/empty']],
    ['kept=true&kept=false', ['/query/kept query parameter "kept" stands there more than once']],
    ['odd=x&xml=%3Ca', []],
    ['shared=%zz', ['/query/shared query parameter "shared" its percent-encoding is broken']],
  ])('%s', (query, errors) => {
    const target = `/query${query === '' ? '' : `?${query}`}`
    expect(wrongWith(operation, { target })).toEqual(errors.map(start))
  })
})

describe('parameters of the header', () => {
  const operation = operationOf(parameters, 'header')
  test.each<[Record<string, string>, readonly string[]]>([
    [{ 'x-limit': '5', 'idempotency-key': 'k' }, []],
    [{ 'x-limit': '5', 'x-ids': '1, 2', 'idempotency-key': 'k' }, []],
    [{ 'x-limit': '5', 'x-ids': '1, x', 'idempotency-key': 'k' }, ['/header/X-Ids/1']],
    [{ 'x-limit': 'many', 'idempotency-key': 'k' }, ['/header/X-Limit header parameter "X-Limit"']],
    [{}, ['/header/X-Limit', '/header/Idempotency-Key']],
  ])('%o', (headers, errors) => {
    expect(wrongWith(operation, { headers })).toEqual(errors.map(start))
  })

  test('those of the document pass on, those of the connection do not', () => {
    expect([...operation.headers]).toEqual(['x-limit', 'x-ids', 'idempotency-key'])
  })
})

describe('bodies', () => {
  const json = (body: string): TestRequest => ({ body, type: 'application/json; charset=utf-8' })
  const form = (body: string): TestRequest => ({ body, type: 'application/x-www-form-urlencoded' })
  const deep = '['.repeat(65) + ']'.repeat(65)

  test.each<[string, TestRequest, readonly string[]]>([
    ['json', json('{"name":"a"}'), []],
    [
      'json',
      json('{"size":1.5,"nam":1}'),
      [' the property "name"', '/nam "nam" is not', '/size must be an integer, not 1.5'],
    ],
    ['json', json('{"name":'), ['malformed']],
    ['json', json('{"name":"a","__proto__":{}}'), ['malformed']],
    ['json', json(String.raw`{"\u005f_proto__":1}`), ['malformed']],
    ['json', json('{"constructor":{"prototype":{}}}'), ['malformed']],
    ['json', json(deep), ['malformed']],
    ['json', { ...json(''), body: Uint8Array.of(0x22, 0xff, 0x22) }, ['malformed']],
    ['json', {}, [' a body is required; send application/json or']],
    ['json', { body: '{}' }, ['unsupported-media-type']],
    ['json', { body: 'a', type: 'text/plain' }, ['unsupported-media-type']],
    ['json', { body: '{}', type: 'application/vnd.thing+json' }, [' the property "vendor"']],
    ['json', { body: '<thing/>', type: 'application/xml' }, []],
    ['form', form('amount=5&tags=a&tags=b&csv=1,2&deep[a]=1'), []],
    ['form', form('amount=5&meta=%7B%22a%22%3A1%7D'), []],
    ['form', form('amount=5&meta=%7B%22a%22%3A%22x%22%7D'), ['/meta/a must be an integer']],
    [
      'form',
      form('amount=x&tags=abcd&csv=1,y&deep[a]=z'),
      ['/amount', '/tags/0', '/csv/1', '/deep/a'],
    ],
    ['form', form('other=1'), [' the property "amount"', '/other']],
    ['form', form('amount=%zz'), [' the field "amount" its percent-encoding']],
    ['form', {}, []],
    ['upload', { body: 'x', type: 'multipart/form-data; boundary=x' }, []],
    ['upload', { body: 'x', type: 'IMAGE/PNG' }, []],
    ['upload', { body: 'x', type: 'video/mp4' }, ['unsupported-media-type']],
    ['anything', json('{}'), []],
    ['anything', json('[]'), [' must be an object, not an array']],
    ['anything', { body: 'x', type: 'text/plain' }, []],
    ['versions', { body: '{"one":1}', type: 'application/json' }, []],
    ['versions', { body: '{"one":1}', type: 'application/json; charset=utf-8; version=1' }, []],
    ['versions', { body: '{"two":2}', type: 'Application/JSON;Version=2' }, []],
    ['versions', { body: '{}', type: 'application/json;version=2' }, [' the property "two"']],
    ['versions', { body: '{}', type: 'application/vnd.a+json' }, [' the property "other"']],
    ['versions', { body: '{}', type: 'application/vnd.a+xml' }, ['unsupported-media-type']],
    ['createPayment', { body: 'x', type: 'text/plain' }, []],
  ])('%s takes %o: %j', (name, request, errors) => {
    expect(wrongWith(operationOf(bodies, name), request)).toEqual(errors.map(start))
  })

  test('what is accepted instead is named', () => {
    expect(send(operationOf(bodies, 'upload'), { body: 'x', type: 'a/b' })).toEqual({
      kind: 'unsupported-media-type',
      accepted: ['multipart/form-data', 'image/*'],
    })
  })

  test.each<[string, unknown, readonly string[]]>([
    ['addUser', { kind: 'robot', name: null, age: 150, friend: null, code: '000' }, []],
    ['addUser', { kind: 'robot', name: 'Ada', age: 0 }, ['/age must be > 0']],
    [
      'addUser',
      { kind: 'robot', name: 'Bob', age: 1 },
      ['/name must be one of "Ada", "Grace", null'],
    ],
    ['addUser', { name: 'Ada', age: 1, friend: {} }, [' the property "kind"', '/friend']],
  ])('%s takes %j as 3.0 means it', (name, body, errors) => {
    const found = wrongWith(operationOf(old, name), json(JSON.stringify(body)))
    expect(
      found.filter((one) => !one.includes('alternatives') && !one.includes('null, not')),
    ).toEqual(errors.map(start))
  })

  test.each<[string, unknown, readonly string[]]>([
    ['addTree', { label: 'short', children: [1, { label: 'short' }] }, []],
    ['addTree', { label: 'too long' }, ['/label']],
    ['addTree', { outer: { name: 'elm' } }, ['/outer/name must be "oak"']],
    ['addTree', { children: [1, { label: 'too long' }] }, ['/children/1/label']],
    ['addSealed', { name: 'oak', size: null }, []],
    ['addSealed', { name: 'oak', colour: 1 }, ['/colour']],
    ['addGeneric', { items: [1, 'a'] }, []],
  ])('%s takes %j as 3.1 means it', (name, body, errors) => {
    const found = wrongWith(operationOf(modern, name), json(JSON.stringify(body)))
    expect(found).toEqual(errors.map(start))
  })

  test.each<[string, unknown, readonly string[]]>([
    ['addNode', { value: 1, next: { value: 2, next: null, children: [{ value: 3 }] } }, []],
    ['addNode', { value: 1, children: [{ value: 2, children: [{}] }] }, ['/children/0/children/0']],
    ['addEndless', { anything: 1 }, []],
    ['addLost', { there: 1, here: 'ok' }, []],
    ['addLost', { here: 'x' }, ['/here must have at least 2']],
  ])('%s takes %j although its schemas go in circles', (name, body, errors) => {
    const found = wrongWith(operationOf(circular, name), json(JSON.stringify(body)))
    expect(found).toEqual(errors.map(start))
  })
})

describe('properties', () => {
  const services = [parameters, bodies, old, modern, circular]
  const operations = services.flatMap((service) => service.operations)

  test('no request at all makes a check throw', () => {
    const text = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 40 }),
      fc.string({
        unit: fc.constantFrom('%', '&', '=', '[', ']', ',', ';', '.', '/', '?', 'a', '1'),
      }),
      fc.json({ maxDepth: 6 }),
    )
    const type = fc.constantFrom(
      null,
      '',
      'application/json',
      'application/x-www-form-urlencoded',
      ';',
    )
    const request = fc.record({
      target: fc.oneof(
        text,
        text.map((query) => `/query?${query}`),
      ),
      headers: fc.dictionary(fc.constantFrom('x-limit', 'x-ids', 'content-encoding'), text),
      body: fc.oneof(text, fc.uint8Array({ maxLength: 30 })),
    })
    fc.assert(
      fc.property(fc.constantFrom(...operations), request, type, (operation, given, mediaType) => {
        const sent = mediaType === null ? given : { ...given, type: mediaType }
        expect(send(operation, sent).kind).toMatch(
          /^(ok|invalid|malformed|unsupported-media-type)$/,
        )
      }),
      { numRuns: 1_000 },
    )
  })
})
