import { Validator } from '@seriousme/openapi-schema-validator'
import { problems } from '@buzzer/contract'
import * as fc from 'fast-check'
import { parse } from 'yaml'
import { beforeAll, describe, expect, test } from 'vitest'
import { defaultPolicies } from '../../../core/operation.ts'
import type { Operation } from '../../../ports/catalog.ts'
import { isObject, type JsonObject, follow } from '../../schema/json-pointer.ts'
import {
  fixtureNames,
  importFixture,
  importText,
  mounted,
  named as namedOperation,
  noPause,
  readFixture,
  sharedDocuments,
} from '../../testing/fixture.ts'
import { readService } from '../service/read-service.ts'
import { renderYaml } from '../../render-yaml.ts'
import { describeApi } from './describe-api.ts'
import { describedRoutes, routeTable } from './route-table.ts'

const requiringKey = {
  ...defaultPolicies,
  idempotency: { required: true, windowMs: 3_600_000 },
}
const named = (name: string, inputSchema: JsonObject): Operation =>
  namedOperation(name, inputSchema, { type: 'object' }, requiringKey)

const services = await Promise.all([
  ...fixtureNames.map((name) => importFixture(name, { service: name.replace(/\.yaml$/, '') })),
  ...sharedDocuments.map(([name, text]) =>
    importText(text, { service: name.replace(/\.\w+$/, '') }),
  ),
])
const tree = {
  type: 'object',
  properties: { left: { $ref: '#' }, right: { $ref: '#/$defs/leaf' } },
  $defs: { leaf: { title: 'A leaf', type: 'string' } },
}
const operations = [
  ...services.flatMap(mounted),
  named('render-report', {
    type: 'object',
    required: ['month'],
    properties: { month: { type: 'string' } },
  }),
  named('plant-tree', tree),
  named('with.odd name', {}),
]
const publicUrl = 'https://buzzer.example'

/** Every reference below a value. */
function referencesIn(value: unknown): readonly string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isObject(value)) return []
  const own = typeof value['$ref'] === 'string' ? [value['$ref']] : []
  return [...own, ...Object.values(value).flatMap(referencesIn)]
}

function operationsIn(document: JsonObject): readonly JsonObject[] {
  const paths = isObject(document['paths']) ? Object.values(document['paths']) : []
  return paths.flatMap((item) => Object.values(item as object) as JsonObject[])
}

describe.each(['3.1', '3.2'] as const)('the document as OpenAPI %s', (version) => {
  let document: JsonObject = {}
  beforeAll(() => {
    document = describeApi({ operations, publicUrl, version, title: 'Buzzer' })
  })

  test('is valid for an independent validator', async () => {
    const copy = JSON.parse(JSON.stringify(document)) as Record<string, unknown>
    const outcome = await new Validator().validate(copy)
    expect(outcome.errors ?? []).toEqual([])
    expect(outcome.valid).toBe(true)
    expect(document['openapi']).toBe(`${version}.0`)
  })

  test('holds all that it refers to', () => {
    const references = [...new Set(referencesIn(document))]
    expect(references.filter((one) => follow(document, one.slice(1)) === undefined)).toEqual([])
  })

  test('names each operation once', () => {
    const ids = operationsIn(document).map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
  })

  test('is the same as YAML', async () => {
    const copy: unknown = JSON.parse(JSON.stringify(document))
    expect(
      parse(await renderYaml(document, () => Promise.resolve()), { maxAliasCount: 0 }),
    ).toEqual(copy)
  })

  test('has every path parameter that its paths name', () => {
    const resolve = (part: unknown): unknown =>
      isObject(part) && typeof part['$ref'] === 'string'
        ? follow(document, part['$ref'].slice(1))
        : part
    const paths = isObject(document['paths']) ? Object.entries(document['paths']) : []
    for (const [path, item] of paths) {
      const inPath = new Set([...path.matchAll(/\{([^{}]*)\}/g)].map(([, name]) => name))
      for (const { parameters } of Object.values(item as Record<string, JsonObject>)) {
        const list = Array.isArray(parameters) ? parameters.map(resolve).filter(isObject) : []
        const declared = list.filter((one) => one['in'] === 'path')
        expect(new Set(declared.map(({ name }) => name))).toEqual(inPath)
      }
    }
  })
})

describe('what is described', () => {
  const document = describeApi({ operations, publicUrl, version: '3.1', title: 'Buzzer' })
  const at = (path: string, method: string): unknown => {
    const paths = document['paths']
    const item = isObject(paths) ? paths[path] : undefined
    return isObject(item) ? item[method] : undefined
  }

  test('an operation that is called by name', () => {
    expect(at('/v1/operations/render-report/jobs', 'post')).toMatchObject({
      operationId: 'render-report',
      summary: 'Runs render-report',
      description: expect.stringContaining(
        'An `Idempotency-Key` is required; it is remembered for 1 h.',
      ),
      requestBody: {
        required: true,
        content: { 'application/json': { schema: { required: ['month'] } } },
      },
      responses: {
        202: { $ref: '#/components/responses/Accepted' },
        422: { content: { 'application/problem+json': {} } },
      },
    })
    expect(at('/v1/operations/with.odd%20name/jobs', 'post')).not.toHaveProperty(
      'requestBody.required',
    )
  })

  test('a schema that refers to itself', () => {
    expect(document).toHaveProperty(['components', 'schemas', 'plant-tree.input.leaf'], {
      title: 'A leaf',
      type: 'string',
    })
    expect(document).toHaveProperty(
      ['components', 'schemas', 'plant-tree.input.schema', 'properties', 'left'],
      { $ref: '#/components/schemas/plant-tree.input.schema' },
    )
  })

  test('a form of a wrapped API, with how its fields are written', () => {
    const form = 'application/x-www-form-urlencoded'
    expect(at('/api/bodies/form', 'post')).toHaveProperty(
      ['requestBody', 'content', form, 'encoding'],
      {
        csv: { style: 'form', explode: false },
        deep: { style: 'deepObject', explode: true },
      },
    )
  })

  test('a parameter that may be empty', () => {
    const schema = { type: 'integer' }
    expect(at('/api/parameters/query', 'get')).toMatchObject({
      parameters: expect.arrayContaining([
        { name: 'empty', in: 'query', allowEmptyValue: true, schema },
      ]),
    })
  })

  test('a route of a wrapped API, with its own answers and ours', () => {
    expect(at('/api/swagger-2.0/things/{id}', 'get')).toMatchObject({
      operationId: 'swagger-2.0.getThing',
      parameters: expect.arrayContaining([
        { name: 'id', in: 'path', required: true, schema: { type: 'integer' } },
        { $ref: '#/components/parameters/Prefer' },
      ]),
      responses: {
        200: {
          content: {
            'application/json': { schema: { $ref: '#/components/schemas/swagger-2.0.Thing' } },
          },
        },
        202: { $ref: '#/components/responses/Accepted' },
        404: { description: 'missing' },
        503: { content: { 'application/problem+json': {} } },
      },
    })
  })

  test('schemas of 3.0 as 3.1 writes them', () => {
    expect(document).toHaveProperty(
      ['components', 'schemas', 'schemas-3.0.User', 'allOf', '1', 'properties', 'name'],
      { type: ['string', 'null'], enum: ['Ada', 'Grace', null] },
    )
  })

  test('the QUERY method only where the version knows it', () => {
    const newer = describeApi({ operations, publicUrl, version: '3.2', title: 'Buzzer' })
    expect(newer).toHaveProperty(['paths', '/api/openapi-3.2/things', 'query', 'operationId'])
    expect(document).not.toHaveProperty(['paths', '/api/openapi-3.2/things'])
  })

  test('every route of our own, each problem by a code of the table', () => {
    expect(routeTable).toHaveLength(describedRoutes.length + 1)
    for (const { method, path, operationId } of describedRoutes) {
      expect(at(path, method)).toMatchObject({ operationId })
    }
    const texts = operationsIn(document).map((operation) => JSON.stringify(operation['responses']))
    const codes = texts.flatMap((one) =>
      [...one.matchAll(/`([a-z-]+)`: /g)].map(([, code]) => code),
    )
    expect(Object.keys(problems)).toEqual(expect.arrayContaining([...new Set(codes)]))
  })
})

/** A copy with something else in one place. @param choose picks one of that many places */
function spoil(value: unknown, choose: (count: number) => number, junk: unknown): unknown {
  if (typeof value !== 'object' || value === null) return junk
  const entries = Object.entries(value)
  const at = choose(entries.length + 1)
  const chosen = entries[at]
  if (chosen === undefined) return junk
  const copy: unknown = Array.isArray(value) ? [...(value as unknown[])] : { ...value }
  Reflect.set(copy as object, chosen[0], spoil(chosen[1], choose, junk))
  return copy
}

describe('properties', () => {
  const documents = fixtureNames.map((name) => parse(readFixture(name)) as JsonObject)
  const junk = fc.oneof(
    fc.constantFrom<unknown>(null, 0, '', 'x', [], {}, true, [null], { $ref: '#' }, { $ref: 5 }),
    fc.constantFrom<unknown>(
      { $ref: '#/paths' },
      { type: 'array' },
      { schema: 5 },
      { content: {} },
    ),
    fc.jsonValue({ maxDepth: 2 }),
  )

  test('a document with nonsense in it is taken or refused, and what is made of it is valid', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...documents),
        fc.array(fc.record({ path: fc.array(fc.nat(), { maxLength: 12 }), junk }), {
          minLength: 1,
          maxLength: 3,
        }),
        async (original, changes) => {
          const spoiled = changes.reduce<unknown>((value, change) => {
            const steps = [...change.path]
            return spoil(value, (count) => (steps.shift() ?? 0) % count, change.junk)
          }, original)
          const root = isObject(spoiled) ? spoiled : {}
          const outcome = await readService(root, { service: 'spoiled' }, noPause)
          if (outcome.kind === 'refused') {
            expect(outcome.detail).not.toBe('')
            return
          }
          const { service } = outcome
          for (const operation of service.operations) {
            const request = { method: operation.method, target: '/a/b?c=d', headers: [] }
            expect(
              operation.check(request, new TextEncoder().encode('{}'), 'application/json').kind,
            ).toBeTypeOf('string')
          }
          const made = describeApi({
            operations: mounted(service),
            publicUrl,
            version: '3.2',
            title: '',
          })
          const text = JSON.stringify(made)
          // The validator takes a property that is called `$ref` for a reference, which it is not.
          if (/"\$ref":[^"]/.test(text)) return
          const checked = await new Validator().validate(
            JSON.parse(text) as Record<string, unknown>,
          )
          expect(checked.errors ?? []).toEqual([])
        },
      ),
      { numRuns: 100 },
    )
  }, 60_000)
})
