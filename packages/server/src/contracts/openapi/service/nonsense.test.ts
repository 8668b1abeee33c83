import * as fc from 'fast-check'
import { Validator } from '@seriousme/openapi-schema-validator'
import { expect, test } from 'vitest'
import { isObject } from '../../schema/json-pointer.ts'
import { mounted, noPause, readFixture } from '../../testing/fixture.ts'
import { readAsyncApi } from '../../asyncapi/read/read-async-api.ts'
import { parseText } from '../read/parse-text.ts'
import { describeApi } from '../write/describe-api.ts'
import { diffServices } from '../diff/diff-services.ts'
import { readService } from './read-service.ts'

/** What programs take for text, and fail at. */
const unspeakable = { toString: null }

const read = (document: object) =>
  readService({ text: JSON.stringify(document), name: 'it' }, { service: 'api' }, noPause)

test.each([{ openapi: [unspeakable] }, { swagger: unspeakable }])(
  'a version that is no text is refused: %j',
  async (document) => {
    expect(await read(document)).toMatchObject({ kind: 'refused' })
  },
)

test('so is one of AsyncAPI', () => {
  const text = JSON.stringify({ asyncapi: unspeakable, channels: {} })
  expect(readAsyncApi(text, 'it')).toMatchObject({ kind: 'refused' })
})

test('a parameter without a name is told', async () => {
  const parameters = [
    { in: 'query', schema: {} },
    { name: unspeakable, in: 'query' },
  ]
  const operation = { operationId: 'a', parameters, responses: {} }
  const outcome = await read({ openapi: '3.1.0', paths: { '/a': { get: operation } } })
  const note = 'a parameter says no name or no place, and is not checked'
  expect(outcome).toMatchObject({
    service: { operations: [{ notes: [expect.stringMatching(/^adaptive/), note, note] }] },
  })
})

type Steps = readonly string[]

function placesIn(value: unknown, steps: Steps = []): readonly Steps[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([name, member]) => [
    [...steps, name],
    ...placesIn(member, [...steps, name]),
  ])
}

function put(root: object, steps: Steps, value: unknown): void {
  let place: unknown = root
  for (const step of steps.slice(0, -1)) {
    if (typeof place === 'object' && place !== null)
      place = (place as Record<string, unknown>)[step]
  }
  if (typeof place === 'object' && place !== null)
    Object.assign(place, { [steps.at(-1) ?? '']: value })
}

const nonsense = fc.constantFrom<unknown>(null, 5, true, 'x', '', [], {}, [null], unspeakable, [
  unspeakable,
])

test.each([
  'parameters.yaml',
  'bodies.yaml',
  'schemas-3.0.yaml',
  'schemas-3.1.yaml',
  'swagger-2.0.yaml',
])('%s with nonsense in it is refused, or taken, compared and described', async (name) => {
  const parsed = parseText(readFixture(name))
  if (parsed.kind !== 'parsed' || !isObject(parsed.value)) throw new Error('no document')
  const whole = parsed.value
  const before = await read(whole)
  if (before.kind === 'refused') throw new Error(before.detail)
  const places = placesIn(whole)
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.constantFrom(...places), nonsense), { maxLength: 3 }),
      async (changes) => {
        const document = structuredClone(whole)
        for (const [steps, value] of changes) put(document, steps, structuredClone(value))
        const outcome = await read(document)
        if (outcome.kind === 'refused') return
        await diffServices(before.service, outcome.service, noPause)
        const operations = mounted(outcome.service)
        const described = describeApi({
          operations,
          publicUrl: 'http://a.test',
          version: '3.1',
          title: 'T',
        })
        const copy = JSON.parse(JSON.stringify(described)) as Record<string, unknown>
        expect((await new Validator().validate(copy)).errors ?? []).toEqual([])
      },
    ),
    { numRuns: 40 },
  )
})
