import { describe, expect, expectTypeOf, it } from 'vitest'
import { z } from 'zod'
import { raw } from '../core/raw.ts'
import { ConfigError } from './errors.ts'
import { operation, type OperationDefinition } from './operation.ts'
import { jsonSchemaOf } from './schema.ts'

type TypesOf<Definition> =
  Definition extends OperationDefinition<infer Input, infer Output> ? [Input, Output] : never

const run = () => ({ pages: 10 })

describe('the types of an operation', () => {
  it('come from what run says, with a plain JSON Schema', () => {
    const definition = operation({
      input: { type: 'object', required: ['month'] },
      output: { type: 'object' },
      async run(input: { month: string }, ctx) {
        expectTypeOf(ctx.signal).toEqualTypeOf<AbortSignal>()
        await ctx.progress(50, 'half way')
        return { pages: input.month.length }
      },
    })
    expectTypeOf<TypesOf<typeof definition>>().toEqualTypeOf<
      [{ month: string }, { pages: number }]
    >()
  })

  it('are unknown where nothing says them', () => {
    const definition = operation({
      input: { type: 'object' },
      run: (input) => {
        expectTypeOf(input).toEqualTypeOf<unknown>()
        return raw('a;b', 'text/csv')
      },
    })
    expectTypeOf<TypesOf<typeof definition>[0]>().toEqualTypeOf<unknown>()
  })

  it('come from a schema that carries them, before its own defaults', () => {
    const definition = operation({
      input: z.object({ month: z.string(), copies: z.number().default(1) }),
      output: z.object({ pages: z.number() }),
      run(input) {
        expectTypeOf(input).toEqualTypeOf<{ month: string; copies?: number | undefined }>()
        return { pages: input.copies ?? 1 }
      },
    })
    expectTypeOf<TypesOf<typeof definition>>().toEqualTypeOf<
      [{ month: string; copies?: number | undefined }, { pages: number }]
    >()
  })

  it('hold a handler to its output schema', () => {
    const definition = operation({
      output: z.object({ pages: z.number() }),
      // @ts-expect-error pages must be a number
      run: () => ({ pages: 'ten' }),
    })
    expect(definition.output).toBeDefined()
  })

  it('let every operation stand in one configuration', () => {
    const operations: Readonly<Record<string, OperationDefinition>> = {
      typed: operation({ input: z.object({ a: z.string() }), run }),
      plain: operation({ run }),
    }
    expect(Object.keys(operations)).toEqual(['typed', 'plain'])
  })
})

describe('the JSON Schema of an operation', () => {
  it('is the one that was given', () => {
    const schema = { type: 'object', required: ['month'] }
    expect(jsonSchemaOf(schema, 'input')).toBe(schema)
    expect(jsonSchemaOf(true, 'input')).toBe(true)
  })

  it('is asked from a schema that can be written as one', () => {
    const schema = z.object({ month: z.string(), copies: z.number().default(1) })
    expect(jsonSchemaOf(schema, 'input')).toMatchObject({
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object',
      properties: { month: { type: 'string' }, copies: { type: 'number' } },
      required: ['month'],
    })
  })

  const standard = (vendor: string, more: object = {}) => ({
    '~standard': { version: 1, vendor, validate: () => ({ value: 1 }), ...more },
  })

  it.each([
    [standard('valibot'), /toStandardJsonSchema/],
    [standard('older-lib'), /older-lib cannot be written as JSON Schema/],
    [z.object({ at: z.date() }), /cannot be written as JSON Schema: .*Date/i],
    [{ minimum: 10n }, /cannot be written as JSON: .*BigInt/],
    ['string', /write a JSON Schema/],
    [null, /write a JSON Schema/],
    [[], /write a JSON Schema/],
  ])('is refused where there is none: %#', (schema, message) => {
    const attempt = () => jsonSchemaOf(schema as never, 'operations.a.input')
    expect(attempt).toThrow(ConfigError)
    expect(attempt).toThrow(message)
    expect(attempt).toThrow(/^operations\.a\.input: /)
  })
})
