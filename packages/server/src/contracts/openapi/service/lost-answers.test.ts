import { expect, test } from 'vitest'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { importText } from '../../testing/fixture.ts'

const notesOf = async (responses: JsonObject, components: JsonObject = {}) => {
  const document = {
    openapi: '3.1.0',
    info: { title: 'Answers', version: '1' },
    paths: { '/a': { get: { responses } }, '/b': { get: { responses } } },
    components,
  }
  return (await importText(JSON.stringify(document))).notes
}

const json = (schema: JsonObject): JsonObject => ({ content: { 'application/json': { schema } } })
const lost = { $ref: '#/components/schemas/Lost' }
const found = { $ref: '#/components/schemas/Found' }
const note =
  'an answer refers to "#/components/schemas/Lost", which is not there; it is described as anything'

test.each<[string, JsonObject, JsonObject]>([
  ['in the schema of an answer', { 200: json(lost) }, {}],
  ['of the answer for all other statuses', { default: json({ items: lost }) }, {}],
  ['in a list of schemas', { 200: json({ anyOf: [{ type: 'null' }, lost] }) }, {}],
  [
    'in a property with the name of a keyword',
    { 200: json({ properties: { example: lost } }) },
    {},
  ],
  ['in a header', { 200: { headers: { 'x-rate': { schema: lost } } } }, {}],
  [
    'behind another reference, around a circle',
    { 200: json(found) },
    { schemas: { Found: { properties: { self: found, other: lost } } } },
  ],
])('a reference %s that leads nowhere is told once', async (_, responses, components) => {
  expect(await notesOf(responses, components)).toEqual([note])
})

test('so is an answer that is not there, and one in another file', async () => {
  const notes = await notesOf({
    200: { $ref: '#/components/responses/Nowhere' },
    404: json({ $ref: './common.yaml#/Problem' }),
  })
  expect(notes.toSorted()).toEqual([
    expect.stringContaining('"#/components/responses/Nowhere", which is not there'),
    expect.stringContaining('"./common.yaml#/Problem" outside of the document'),
  ])
})

test('what only looks like a reference is none', async () => {
  const notes = await notesOf(
    {
      200: {
        ...json({
          'properties': { $ref: { type: 'string' }, found },
          'example': lost,
          'x-more': lost,
          'enum': [lost],
        }),
        links: { next: lost },
      },
      201: { content: { 'application/json': { schema: found, examples: { one: lost } } } },
    },
    {
      schemas: {
        Found: { $id: 'https://example.com/found', $defs: { In: {} }, $ref: '#/$defs/In' },
      },
    },
  )
  expect(notes).toEqual([])
})

test('of many, ten are named', async () => {
  const many = Array.from({ length: 25 }, (_, at) => ({ $ref: `#/nowhere/${at}` }))
  const notes = await notesOf({ 200: json({ oneOf: many }) })
  expect(notes).toHaveLength(11)
  expect(notes.at(-1)).toBe('and 15 more references of answers that are not found')
})
