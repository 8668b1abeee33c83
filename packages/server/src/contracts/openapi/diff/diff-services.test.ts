import { describe, expect, test } from 'vitest'
import { workedMs } from '../../../../../../test/support/worked.ts'
import { noPause } from '../../testing/fixture.ts'
import { readService } from '../service/read-service.ts'
import { diffServices, noChanges, type ServiceChanges } from './diff-services.ts'

type Part = Readonly<Record<string, unknown>>

interface Api {
  readonly paths?: Part
  readonly schemas?: Part
  readonly version?: string
}

const diff = async (before: Api, after: Api): Promise<ServiceChanges> =>
  diffServices(await importedFrom(before), await importedFrom(after), noPause)

async function importedFrom({ paths = {}, schemas = {}, version = '3.1.0' }: Api) {
  const outcome = await readService(
    { openapi: version, info: { title: 'T', version: '1' }, paths, components: { schemas } },
    { service: 'api' },
    noPause,
  )
  if (outcome.kind === 'refused') throw new Error(outcome.detail)
  return outcome.service
}

const json = (schema: unknown): Part => ({ content: { 'application/json': { schema } } })
const answers = (schema: unknown): Part => ({
  responses: { 200: { description: '', ...json(schema) } },
})
const ofRequest = (schema: unknown): Api => ({
  paths: { '/a': { post: { requestBody: json(schema), responses: {} } } },
})
const ofResponse = (schema: unknown): Api => ({ paths: { '/a': { get: answers(schema) } } })

const text = { type: 'string' }
const object = (properties: Part, more: Part = {}): Part => ({
  type: 'object',
  properties,
  ...more,
})

/** What is told of a schema, without the way to it. */
function told(changes: ServiceChanges): readonly string[] {
  return changes.changed.flatMap((operation) =>
    operation.changes.map(({ breaking, pointer, detail }) => {
      const [, way = pointer] = pointer.split('/schema')
      return `${breaking ? 'breaks' : 'notes'} ${way}: ${detail}`
    }),
  )
}

type Verdict = 'breaks' | 'notes' | 'nothing'
const verdictOf = (changes: ServiceChanges): Verdict =>
  changes.breaking ? 'breaks' : changes.changed.length > 0 ? 'notes' : 'nothing'

const user = object({ name: text })
const closed = { additionalProperties: false }

describe.each<readonly [string, unknown, unknown, request: Verdict, response: Verdict]>([
  ['the same', user, user, 'nothing', 'nothing'],
  ['a description', user, { ...user, description: 'x' }, 'nothing', 'nothing'],
  ['an example and a title', user, { ...user, title: 'x', examples: [1] }, 'nothing', 'nothing'],
  ['a type narrowed', { type: ['string', 'null'] }, text, 'breaks', 'notes'],
  ['a type widened', text, { type: ['string', 'null'] }, 'notes', 'breaks'],
  ['a type changed', text, { type: 'number' }, 'breaks', 'breaks'],
  ['number to integer', { type: 'number' }, { type: 'integer' }, 'breaks', 'notes'],
  ['integer to number', { type: 'integer' }, { type: 'number' }, 'notes', 'breaks'],
  ['a type said', {}, text, 'breaks', 'notes'],
  ['a type not said any more', text, {}, 'notes', 'breaks'],
  ['an enum value removed', { enum: ['a', 'b'] }, { enum: ['a'] }, 'breaks', 'notes'],
  ['an enum value added', { enum: ['a'] }, { enum: ['a', 'b'] }, 'notes', 'notes'],
  ['an enum in another order', { enum: ['a', 'b'] }, { enum: ['b', 'a'] }, 'nothing', 'nothing'],
  ['an enum made', text, { type: 'string', enum: ['a'] }, 'breaks', 'notes'],
  ['an enum given up', { type: 'string', enum: ['a'] }, text, 'notes', 'notes'],
  ['a const for an enum', { enum: [1] }, { const: 1 }, 'nothing', 'nothing'],
  ['a minimum raised', { minimum: 1 }, { minimum: 2 }, 'breaks', 'notes'],
  ['a minimum lowered', { minimum: 2 }, { minimum: 1 }, 'notes', 'notes'],
  ['a maximum set', {}, { maximum: 2 }, 'breaks', 'notes'],
  ['a maximum given up', { maximum: 2 }, {}, 'notes', 'notes'],
  ['a bound that is none', {}, { minLength: 0, minItems: 0 }, 'nothing', 'nothing'],
  ['a longest length', { maxLength: 9 }, { maxLength: 8 }, 'breaks', 'notes'],
  ['a pattern set', text, { ...text, pattern: '^a' }, 'breaks', 'notes'],
  ['a pattern changed', { ...text, pattern: '^b' }, { ...text, pattern: '^a' }, 'breaks', 'notes'],
  ['a format changed', { format: 'date' }, { format: 'uuid' }, 'breaks', 'breaks'],
  ['a coarser step', { multipleOf: 2 }, { multipleOf: 4 }, 'breaks', 'breaks'],
  ['a finer step', { multipleOf: 4 }, { multipleOf: 2 }, 'notes', 'notes'],
  ['items that differ', { type: 'array' }, { type: 'array', uniqueItems: true }, 'breaks', 'notes'],
  ['an optional property', user, object({ name: text, age: text }), 'notes', 'notes'],
  [
    'a required property',
    user,
    object({ name: text, age: text }, { required: ['age'] }),
    'breaks',
    'notes',
  ],
  ['a property gone', object({ name: text, age: text }), user, 'notes', 'breaks'],
  [
    'a property gone from a closed object',
    object({ name: text, age: text }, closed),
    { ...user, ...closed },
    'breaks',
    'breaks',
  ],
  ['required', user, { ...user, required: ['name'] }, 'breaks', 'notes'],
  ['not required any more', { ...user, required: ['name'] }, user, 'notes', 'breaks'],
  ['required and never described', {}, { required: ['x'] }, 'breaks', 'notes'],
  ['closed', user, { ...user, ...closed }, 'breaks', 'notes'],
  ['opened', { ...user, ...closed }, user, 'notes', 'notes'],
  [
    'what only the server sets',
    user,
    object({ name: text, id: { ...text, readOnly: true } }, { required: ['id'] }),
    'nothing',
    'notes',
  ],
  [
    'what only callers set',
    object({ name: text, password: { ...text, writeOnly: true } }),
    user,
    'notes',
    'nothing',
  ],
  ['allOf for the same', user, { allOf: [{ type: 'object' }, user] }, 'nothing', 'nothing'],
  ['one more in allOf', user, { allOf: [user, { required: ['name'] }] }, 'breaks', 'notes'],
  ['an alternative added', { anyOf: [text] }, { anyOf: [text, user] }, 'notes', 'breaks'],
  ['an alternative gone', { anyOf: [text, user] }, { anyOf: [text] }, 'breaks', 'notes'],
  [
    'alternatives in another order',
    { oneOf: [text, user] },
    { oneOf: [user, text] },
    'nothing',
    'nothing',
  ],
  ['made nullable by anyOf', text, { anyOf: [text, { type: 'null' }] }, 'notes', 'breaks'],
  ['made certain from anyOf', { anyOf: [text, { type: 'null' }] }, text, 'breaks', 'notes'],
  [
    'an alternative changed inside',
    { oneOf: [user, text] },
    { oneOf: [object({ name: text, age: text }), text] },
    'notes',
    'notes',
  ],
  [
    'items narrowed',
    { type: 'array', items: {} },
    { type: 'array', items: text },
    'breaks',
    'notes',
  ],
  ['what is not looked into', {}, { not: text }, 'breaks', 'breaks'],
  ['nothing fits any more', {}, false, 'breaks', 'notes'],
])('%s', (_, before, after, request, response) => {
  test('on the way in', async () => {
    const changes = await diff(ofRequest(before), ofRequest(after))
    expect(verdictOf(changes), told(changes).join('\n')).toBe(request)
  })

  test('on the way out', async () => {
    const changes = await diff(ofResponse(before), ofResponse(after))
    expect(verdictOf(changes), told(changes).join('\n')).toBe(response)
  })
})

const one = (operation: Part): Api => ({
  paths: { '/a/{id}': { post: { responses: {}, ...operation } } },
})
const parameter = (name: string, more: Part = {}): Part => ({
  name,
  in: 'query',
  schema: text,
  ...more,
})
const withParameters = (...parameters: readonly Part[]): Api => one({ parameters })
const withResponses = (responses: Part): Api => one({ responses })

test.each<readonly [string, Api, Api, Verdict]>([
  ['a required parameter', one({}), withParameters(parameter('q', { required: true })), 'breaks'],
  ['an optional parameter', one({}), withParameters(parameter('q')), 'notes'],
  ['a parameter gone', withParameters(parameter('q')), one({}), 'notes'],
  [
    'a parameter that became required',
    withParameters(parameter('q')),
    withParameters(parameter('q', { required: true })),
    'breaks',
  ],
  [
    'a parameter narrowed',
    withParameters(parameter('q')),
    withParameters(parameter('q', { schema: { ...text, maxLength: 3 } })),
    'breaks',
  ],
  [
    'another way to write lists',
    withParameters(parameter('q')),
    withParameters(parameter('q', { explode: false })),
    'breaks',
  ],
  [
    'a header in other letters',
    withParameters(parameter('X-A', { in: 'header' })),
    withParameters(parameter('x-a', { in: 'header' })),
    'nothing',
  ],
  ['a body', one({}), one({ requestBody: json(text) }), 'notes'],
  ['a required body', one({}), one({ requestBody: { ...json(text), required: true } }), 'breaks'],
  ['no body any more', one({ requestBody: json(text) }), one({}), 'breaks'],
  [
    'a body that became required',
    one({ requestBody: json(text) }),
    one({ requestBody: { ...json(text), required: true } }),
    'breaks',
  ],
  [
    'a media type gone',
    one({ requestBody: { content: { 'text/plain': {}, 'text/html': {} } } }),
    one({ requestBody: { content: { 'text/plain': {} } } }),
    'breaks',
  ],
  [
    'a media type added',
    one({ requestBody: { content: { 'text/plain': {} } } }),
    one({ requestBody: { content: { 'text/plain': {}, 'text/html': {} } } }),
    'notes',
  ],
  ['a status gone', withResponses({ 200: {}, 404: {} }), withResponses({ 200: {} }), 'breaks'],
  [
    'a status that another stands for',
    withResponses({ 200: {}, 404: {} }),
    withResponses({ 200: {}, '4XX': {} }),
    'notes',
  ],
  ['a status added', withResponses({ 200: {} }), withResponses({ 200: {}, 404: {} }), 'notes'],
  [
    'a header of an answer gone',
    withResponses({ 200: { headers: { 'X-Total': { schema: text } } } }),
    withResponses({ 200: {} }),
    'breaks',
  ],
  [
    'another name in the path',
    one({ operationId: 'a' }),
    { paths: { '/a/{key}': { post: { operationId: 'a', responses: {} } } } },
    'nothing',
  ],
  ['deprecated', one({}), one({ deprecated: true }), 'notes'],
  ['described', one({}), one({ description: 'x', summary: 'y', tags: ['z'] }), 'nothing'],
  ['an operationId changed', one({ operationId: 'a' }), one({ operationId: 'b' }), 'breaks'],
])('%s', async (_, before, after, verdict) => {
  const changes = await diff(before, after)
  expect(verdictOf(changes), told(changes).join('\n')).toBe(verdict)
})

test('operations come, go and move', async () => {
  const get = (operationId: string): Part => ({ get: { operationId, responses: {} } })
  const before = { paths: { '/stays': get('stays'), '/moves': get('moves'), '/goes': get('goes') } }
  const after = { paths: { '/stays': get('stays'), '/moved': get('moves'), '/new': get('new') } }
  expect(await diff(before, after)).toEqual({
    breaking: true,
    added: [{ name: 'api.new', method: 'GET', path: '/new' }],
    removed: [{ name: 'api.goes', method: 'GET', path: '/goes' }],
    changed: [
      {
        name: 'api.moves',
        method: 'GET',
        path: '/moved',
        breaking: true,
        changes: [
          {
            breaking: true,
            pointer: '',
            detail: 'it is called by GET /moved now, by GET /moves before',
          },
        ],
      },
    ],
  })
  expect(await diff(before, before)).toEqual(noChanges)
})

test('says where, in words, what breaks first', async () => {
  const before = ofRequest(object({ name: text, tags: { type: 'array', items: text } }))
  const items = { type: 'string', enum: ['a', 'b'] }
  const after = ofRequest(object({ name: text, age: text, tags: { type: 'array', items } }))
  expect((await diff(before, after)).changed[0]?.changes).toEqual([
    {
      breaking: true,
      pointer: '/requestBody/content/application~1json/schema/properties/tags/items',
      detail: 'only these values are possible now: "a", "b"',
    },
    {
      breaking: false,
      pointer: '/requestBody/content/application~1json/schema/properties/age',
      detail: 'is new',
    },
  ])
})

test('follows references, in circles too, to what changed', async () => {
  const node = (more: Part): Part =>
    object({ next: { $ref: '#/components/schemas/Node' }, ...more })
  const api = (more: Part): Api => ({
    ...ofResponse({ $ref: '#/components/schemas/List' }),
    schemas: { List: object({ head: { $ref: '#/components/schemas/Node' } }), Node: node(more) },
  })
  const changes = await diff(api({ value: text }), api({ value: { type: 'number' } }))
  expect(told(changes)).toEqual([
    'breaks /properties/head/properties/value: the type is number now, string before',
  ])
  expect(await diff(api({}), api({}))).toEqual(noChanges)
})

test('sees no change where only names or the way of writing changed', async () => {
  const before = { ...ofResponse({ $ref: '#/components/schemas/A' }), schemas: { A: user } }
  const after = { ...ofResponse({ $ref: '#/components/schemas/B' }), schemas: { B: user } }
  expect(await diff(before, after)).toEqual(noChanges)
  expect(await diff(before, ofResponse(user))).toEqual(noChanges)
  const old = { ...ofRequest({ type: 'string', nullable: true }), version: '3.0.3' }
  expect(await diff(old, ofRequest({ type: ['string', 'null'] }))).toEqual(noChanges)
})

test('ends on schemas that would take for ever', async () => {
  const twice = (index: number, leaf: Part): Part => {
    const next = index === 0 ? leaf : { $ref: `#/components/schemas/S${index - 1}` }
    return { anyOf: [{ properties: { a: next } }, { properties: { b: next } }] }
  }
  const api = (leaf: Part): Api => ({
    ...ofRequest({ $ref: '#/components/schemas/S40' }),
    schemas: Object.fromEntries(
      Array.from({ length: 41 }, (_, index) => [`S${index}`, twice(index, leaf)]),
    ),
  })
  expect((await diff(api(text), api({ type: 'number' }))).breaking).toBe(true)
})

test('compares thousands of alternatives in a moment', async () => {
  const some = (name: string): readonly Part[] =>
    Array.from({ length: 3_000 }, (_, index) => object({ [`${name}${index}`]: text }))
  const before = ofRequest({ anyOf: some('a') })
  const began = workedMs()
  expect(verdictOf(await diff(before, ofRequest({ anyOf: some('a').toReversed() })))).toBe(
    'nothing',
  )
  expect(verdictOf(await diff(before, ofRequest({ anyOf: some('b').slice(1) })))).toBe('breaks')
  // Each with each would take most of a minute.
  expect(workedMs() - began).toBeLessThan(5_000)
})

test('passes over what is never called', async () => {
  const paths = { '/a/{x}': { get: { responses: {} } }, '/a/{y}': { get: { responses: {} } } }
  expect(await diff({ paths }, { paths })).toEqual(noChanges)
})
