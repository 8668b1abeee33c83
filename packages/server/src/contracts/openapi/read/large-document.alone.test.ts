import { stringify } from 'yaml'
import { describe, expect, test } from 'vitest'
import { importText, operationOf, wrongWith } from '../../testing/fixture.ts'

/** A thousand operations over schemas that all refer to each other, about 12 MB of it. */
function makeLargeDocument(): Record<string, unknown> {
  const count = 1_000
  const schemaOf = (at: number) => ({
    type: 'object',
    required: ['p1'],
    properties: Object.fromEntries(
      Array.from({ length: 75 }, (_, member) => [
        `p${member}`,
        member % 7 === 0
          ? { $ref: `#/components/schemas/S${(at + member + 1) % count}` }
          : {
              type: member % 2 === 1 ? 'string' : 'integer',
              description: `What p${member} of S${at} is about: "quoted", and long enough to be real.`,
              ...(member % 2 === 1 ? { pattern: '^[a-z]+$', maxLength: 100 } : { minimum: 0 }),
            },
      ]),
    ),
  })
  const ofAll = <Value>(make: (at: number) => readonly [string, Value]) =>
    Object.fromEntries(Array.from({ length: count }, (_, at) => make(at)))
  const contentOf = (at: number) => ({
    'application/json': { schema: { $ref: `#/components/schemas/S${at}` } },
  })
  return {
    openapi: '3.0.3',
    info: { title: 'Large', version: '1' },
    paths: ofAll((at) => [
      `/v${at % 7}/things${at}/{id}`,
      {
        post: {
          operationId: `do${at}`,
          parameters: [{ name: 'id', in: 'path', required: true, schema: { type: 'integer' } }],
          requestBody: { content: contentOf(at) },
          responses: { 200: { description: 'ok', content: contentOf(at) } },
        },
      },
    ]),
    components: { schemas: ofAll((at) => [`S${at}`, schemaOf(at)]) },
  }
}

describe('a large document with schemas in circles', () => {
  const document = makeLargeDocument()

  test.each([
    ['JSON', () => JSON.stringify(document)],
    ['YAML', () => stringify(document)],
  ])(
    '%s is read in seconds',
    async (format, write) => {
      const large = write()
      expect(large.length).toBeGreaterThan(format === 'JSON' ? 8_000_000 : 11_000_000)
      const start = performance.now()
      const service = await importText(large)
      const operation = operationOf(service, 'do500')
      const request = (body: unknown) => ({
        target: '/v3/things500/7',
        body: JSON.stringify(body),
        type: 'application/json',
      })
      expect(service.operations).toHaveLength(1_000)
      expect(wrongWith(operation, request({ p1: 'a', p0: { p1: 'b', p7: { p1: 'c' } } }))).toEqual(
        [],
      )
      expect(wrongWith(operation, request({ p1: 'a', p0: { p1: 'b', p7: {} } }))).toHaveLength(1)
      // It takes 0.5 s for JSON and 3 s for YAML on two quiet cores, 1.6 s and 12 s on slow ones.
      expect(performance.now() - start).toBeLessThan(format === 'JSON' ? 5_000 : 15_000)
    },
    60_000,
  )
})
