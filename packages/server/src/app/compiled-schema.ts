import type { ValidationError } from '@buzzer/contract'
import { compileSchema, type CompiledSchema } from '../contracts/schema/compile-schema.ts'
import { ConfigError } from '../define/errors.ts'
import { jsonSchemaOf, type Schema } from '../define/schema.ts'
import type { JsonSchema } from '../ports/catalog.ts'

/** What a definition without a schema checks. */
export const takeAnything = (): readonly ValidationError[] => []

/**
 * @param path where it stands in the configuration
 * @returns null where there is none
 * @throws ConfigError where it cannot be taken
 */
export function compiled(
  path: string,
  schema: Schema | undefined,
): { readonly json: JsonSchema; readonly schema: CompiledSchema } | null {
  if (schema === undefined) return null
  const json = jsonSchemaOf(schema, path)
  const outcome = compileSchema(json)
  if (outcome.kind === 'compiled') return { json, schema: outcome.schema }
  throw new ConfigError(outcome.problems.map((detail) => ({ path, detail })))
}
