import type { ValidationError } from '@buzzer/contract'
import type { Bounds } from './bounds.ts'
import { dialectOf, type Dialect } from './dialect.ts'
import { isObject } from './json-pointer.ts'
import { createSchemaScope } from './scope.ts'

/** A schema that checks, or why it is not taken. */
export type SchemaOutcome =
  | { readonly kind: 'compiled'; readonly schema: CompiledSchema }
  | { readonly kind: 'refused'; readonly problems: readonly string[] }

export interface CompiledSchema {
  /** What is not checked although the schema asks for it, one sentence each. */
  readonly notes: readonly string[]
  /**
   * @param value JSON; undefined where there is none
   * @returns what is wrong with it and what to do, at most twenty; none where it fits
   */
  check(value: unknown): readonly ValidationError[]
}

export interface CompileOptions {
  /** Default: what the schema's `$schema` says, else 2020-12. */
  readonly dialect?: Dialect
  readonly bounds?: Partial<Bounds>
}

/** Schemas that are written by hand for one operation are far smaller than this. */
const maxTotal = 10_000

/**
 * Compiles a JSON Schema (2020-12, draft-07 or as in OpenAPI 3.0) that a user wrote. Mistakes in it,
 * references out of it and sizes beyond the bounds are refused; a pattern that the linear engine
 * cannot express is left out, with a note.
 */
export function compileSchema(schema: unknown, options: CompileOptions = {}): SchemaOutcome {
  if (!isObject(schema) && typeof schema !== 'boolean') {
    return { kind: 'refused', problems: ['a JSON Schema is an object or a boolean'] }
  }
  const scope = createSchemaScope({
    root: isObject(schema) ? schema : {},
    dialect: options.dialect ?? dialectOf(schema),
    forRequests: false,
    bounds: { maxTotal, ...options.bounds },
  })
  const { losses, check } = scope.read(schema, '#')
  const problems = [...losses].filter(([, loss]) => loss === 'mistake').map(([text]) => text)
  if (problems.length > 0) return { kind: 'refused', problems: problems.slice(0, 20) }
  return { kind: 'compiled', schema: { notes: [...losses.keys()], check } }
}
