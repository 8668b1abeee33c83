import { ConfigError } from './errors.ts'

/** JSON Schema, draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>> | boolean

/**
 * What schema libraries carry in common (Standard Schema, https://standardschema.dev): the type
 * that a value has before they parse it, and after.
 */
interface StandardTyped<Input = unknown, Output = Input> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly types?: { readonly input: Input; readonly output: Output } | undefined
  }
}

/**
 * How an operation describes its input or its output: a JSON Schema, or a schema of a library that
 * can be written as one (Standard JSON Schema: Zod 4.2, ArkType 2.1, Valibot through
 * `toStandardJsonSchema`).
 */
export type Schema = JsonSchema | StandardTyped

/**
 * The type of the values that a schema takes. Values are checked and never changed, so that this
 * is the type before a library's own defaults and transformations.
 */
export type ValueOf<S> = S extends { readonly '~standard': infer Standard }
  ? Standard extends { readonly types?: infer Types }
    ? NonNullable<Types> extends { readonly input: infer Input }
      ? Input
      : unknown
    : unknown
  : unknown

/**
 * The JSON Schema behind what a definition gives.
 *
 * @param path where it stands in the configuration, for the error
 * @throws ConfigError where it cannot be written as JSON Schema
 */
export function jsonSchemaOf(schema: Schema, path: string): JsonSchema {
  if (typeof schema === 'boolean') return schema
  const isObject = typeof schema === 'object' || typeof schema === 'function'
  if (!isObject || schema === null || Array.isArray(schema)) {
    throw problem(path, 'write a JSON Schema, or a schema of Zod 4 or Valibot')
  }
  const json = isStandard(schema) ? converted(schema, path) : schema
  refuseUnwritable(json, path)
  return json
}

/** A BigInt, or an object that holds itself, would only show where the schema is shown. */
function refuseUnwritable(schema: JsonSchema, path: string): void {
  try {
    JSON.stringify(schema)
  } catch (cause) {
    const [reason] = (cause instanceof Error ? cause.message : String(cause)).split('\n')
    throw problem(path, `it cannot be written as JSON: ${reason}`, cause)
  }
}

const isStandard = (schema: object): schema is StandardTyped => '~standard' in schema

interface Converter {
  input(options: { readonly target: 'draft-2020-12' }): Readonly<Record<string, unknown>>
}

function converted(schema: StandardTyped, path: string): JsonSchema {
  const standard: { readonly vendor: string; readonly jsonSchema?: Converter } = schema['~standard']
  if (standard.jsonSchema === undefined) throw problem(path, withoutJsonSchema(standard.vendor))
  try {
    // Input on both sides: what a handler gives is checked as it is, and not parsed either.
    return standard.jsonSchema.input({ target: 'draft-2020-12' })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw problem(path, `it cannot be written as JSON Schema: ${reason}`, cause)
  }
}

const withoutJsonSchema = (vendor: string): string =>
  vendor === 'valibot'
    ? "wrap it with toStandardJsonSchema() from '@valibot/to-json-schema', so that it can be " +
      'written as JSON Schema'
    : `this schema of ${vendor} cannot be written as JSON Schema; use a version of it that ` +
      'follows Standard JSON Schema (Zod from 4.2, ArkType from 2.1.28), or write a JSON Schema'

const problem = (path: string, detail: string, cause?: unknown): ConfigError =>
  new ConfigError([{ path, detail }], { cause })
