import type { JsonSchema } from '../../../ports/catalog.ts'
import { canonical } from '../../schema/canonical.ts'
import { compileSchema } from '../../schema/compile-schema.ts'
import type { Dialect } from '../../schema/dialect.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createReferences } from '../../schema/references.ts'
import { createSchemaScope, type SchemaScope } from '../../schema/scope.ts'
import { createSchemaWriter, type SchemaWriter } from '../../schema/schema-writer.ts'
import { createDefinitions } from './definitions.ts'
import { BrokenDocument } from '../read/async-api-document.ts'
import type { Message } from './message.ts'

/** Makes of a channel's messages what its data is checked against. */
export interface DataWriter {
  /** @throws BrokenDocument where a schema is none, and says what is wrong */
  write(messages: readonly Message[]): DataSchema
}

export interface DataSchema {
  /** JSON Schema 2020-12 that stands by itself; null where any data is taken. */
  readonly data: JsonSchema | null
  /** What of it was not understood. */
  readonly notes: readonly string[]
}

/** A declaration is kept as one piece, as long as what `PUT` takes, in characters. */
const longestSchema = 500_000
/** Channels share nothing, so that what all of them refer to is kept with each. */
const longestTogether = 8_000_000

/** @param root the document, from which its schemas refer to one another */
export function createDataWriter(root: JsonObject): DataWriter {
  const lossesOf = createLosses(root)
  const standAlone = createStandAlone(root)
  let together = 0
  return {
    write(messages) {
      const losses = messages.flatMap(lossesOf)
      if (messages.length === 0 || messages.some(({ payload }) => payload.kind === 'anything'))
        return { data: null, notes: mixed(messages) }
      const { schema, length } = standAlone(messages)
      if (length > longestSchema)
        return open(`its schema is too large to be kept (${length} characters)`)
      if (together + length > longestTogether)
        return open('the schemas of all channels together are too large to be kept')
      together += length
      const outcome = compileSchema(schema)
      return outcome.kind === 'refused'
        ? open(`its schema cannot be checked: ${outcome.problems.slice(0, 3).join('; ')}`)
        : { data: schema, notes: losses }
    },
  }
}

const open = (why: string): DataSchema => ({ data: null, notes: [`${why}; any data is taken`] })

const mixed = (messages: readonly Message[]): readonly string[] =>
  messages.length > 1 && messages.some(({ payload }) => payload.kind === 'schema')
    ? ['one of its messages takes any data, so that the channel does']
    : []

/** Every event is to fit one of the messages; which one, where several would do, is not asked. */
function createStandAlone(root: JsonObject) {
  const references = createReferences(root)
  const taken = new Set<string>()
  const writers = new Map<Dialect, SchemaWriter>()
  const definitions = createDefinitions()

  /** Written once for all channels that refer to it. */
  const writerFor = (dialect: Dialect): SchemaWriter => {
    const known = writers.get(dialect)
    if (known !== undefined) return known
    const place = definitions.place
    const made = createSchemaWriter({ prefix: 'message', root, references, dialect, taken, place })
    definitions.follow(made.schemas)
    writers.set(dialect, made)
    return made
  }

  return (
    messages: readonly Message[],
  ): { readonly schema: JsonSchema; readonly length: number } => {
    const alternatives = new Map<string, JsonSchema>()
    for (const { payload } of messages) {
      if (payload.kind !== 'schema') continue
      const schema = writerFor(payload.dialect).write(payload.source)
      alternatives.set(canonical(schema), schema)
    }
    const [only = true, ...others] = alternatives.values()
    const schema = others.length === 0 ? only : { anyOf: [...alternatives.values()] }
    return definitions.complete(schema, longestSchema)
  }
}

/** What is a mistake wherever it stands; what is elsewhere or too large is left out with a note. */
const broken =
  / (?:is no (?:type|text|list of \w+|object of schemas)|is not a schema|has no meaning here|leads nowhere)$/

/** Of one message; the others are like them. */
const mostLosses = 5

/** What of the schemas is not checked, told of each dialect by a reader that is made once. */
function createLosses(root: JsonObject): (message: Message) => readonly string[] {
  const scopes = new Map<Dialect, SchemaScope>()
  const scopeOf = (dialect: Dialect): SchemaScope => {
    const scope = scopes.get(dialect) ?? createSchemaScope({ root, dialect, forRequests: false })
    scopes.set(dialect, scope)
    return scope
  }
  return ({ name, payload }) => {
    if (payload.kind !== 'schema' || !isObject(payload.source)) return []
    const { losses } = scopeOf(payload.dialect).read(payload.source, `#${payload.pointer}`)
    const wrong = [...losses].filter(([text, loss]) => loss === 'mistake' && broken.test(text))
    if (wrong.length > 0) {
      const told = wrong.slice(0, mostLosses).map(([text]) => text)
      throw new BrokenDocument(`the schema of the message ${name} is wrong: ${told.join('; ')}`)
    }
    return [...losses.keys()].slice(0, mostLosses).map((loss) => `${name}: ${loss}`)
  }
}
