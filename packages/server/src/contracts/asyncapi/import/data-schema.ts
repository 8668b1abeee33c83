import type { JsonSchema } from '../../../ports/catalog.ts'
import { canonical } from '../../schema/canonical.ts'
import { compileSchema } from '../../schema/compile-schema.ts'
import type { Dialect } from '../../schema/dialect.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createReferences, type References } from '../../schema/references.ts'
import { createSchemaScope, type SchemaScope } from '../../schema/scope.ts'
import { createSchemaWriter } from '../../schema/schema-writer.ts'
import type { Message } from './message.ts'

/** Makes of a channel's messages what its data is checked against. */
export interface DataWriter {
  write(messages: readonly Message[]): DataSchema
}

export interface DataSchema {
  /** JSON Schema 2020-12 that stands by itself; null where any data is taken. */
  readonly data: JsonSchema | null
  /** What of it was not understood. */
  readonly notes: readonly string[]
}

/** A declaration is kept as one piece, as long as what `PUT` takes. */
const longestSchema = 500_000
/** Of one message; the others are like them. */
const mostLosses = 5

/** @param root the document, from which its schemas refer to one another */
export function createDataWriter(root: JsonObject): DataWriter {
  const references = createReferences(root)
  const lossesOf = createLosses(root)
  return {
    write(messages) {
      if (messages.length === 0 || messages.some(({ payload }) => payload.kind === 'anything'))
        return { data: null, notes: mixed(messages) }
      const written = standAlone(root, references, messages)
      const length = JSON.stringify(written).length
      if (length > longestSchema)
        return open(`its schema is too large to be kept (${length} characters)`)
      const outcome = compileSchema(written)
      if (outcome.kind === 'refused')
        return open(`its schema cannot be checked: ${outcome.problems.slice(0, 3).join('; ')}`)
      return { data: written, notes: messages.flatMap(lossesOf) }
    },
  }
}

const open = (why: string): DataSchema => ({ data: null, notes: [`${why}; any data is taken`] })

const mixed = (messages: readonly Message[]): readonly string[] =>
  messages.length > 1 && messages.some(({ payload }) => payload.kind === 'schema')
    ? ['one of its messages takes any data, so that the channel does']
    : []

/** Every event is to fit one of the messages and no other, as AsyncAPI has it. */
function standAlone(
  root: JsonObject,
  references: References,
  messages: readonly Message[],
): JsonSchema {
  const taken = new Set<string>()
  const definitions = new Map<string, JsonSchema>()
  const alternatives = new Map<string, JsonSchema>()
  for (const [dialect, sources] of byDialect(messages)) {
    const writer = createSchemaWriter({
      prefix: 'message',
      root,
      references,
      dialect,
      taken,
      place: '#/$defs/',
    })
    for (const source of sources) {
      const schema = writer.write(source)
      alternatives.set(canonical(schema), schema)
    }
    for (const [name, schema] of writer.schemas) definitions.set(name, schema)
  }
  const [only, ...others] = alternatives.values()
  const schema = others.length === 0 ? (only ?? true) : { oneOf: [...alternatives.values()] }
  if (definitions.size === 0) return schema
  return { ...(isObject(schema) ? schema : {}), $defs: Object.fromEntries(definitions) }
}

function byDialect(messages: readonly Message[]): ReadonlyMap<Dialect, readonly unknown[]> {
  const sources = new Map<Dialect, unknown[]>()
  for (const { payload } of messages) {
    if (payload.kind !== 'schema') continue
    const known = sources.get(payload.dialect)
    if (known === undefined) sources.set(payload.dialect, [payload.source])
    else known.push(payload.source)
  }
  return sources
}

/** What of the schemas is not checked, told of each dialect by a reader that is made once. */
function createLosses(root: JsonObject) {
  const scopes = new Map<Dialect, SchemaScope>()
  const scopeOf = (dialect: Dialect): SchemaScope => {
    const scope = scopes.get(dialect) ?? createSchemaScope({ root, dialect, forRequests: false })
    scopes.set(dialect, scope)
    return scope
  }
  return ({ name, payload }: Message): readonly string[] =>
    payload.kind === 'schema'
      ? [...scopeOf(payload.dialect).read(payload.source, '#').losses.keys()]
          .slice(0, mostLosses)
          .map((loss) => `${name}: ${loss}`)
      : []
}
