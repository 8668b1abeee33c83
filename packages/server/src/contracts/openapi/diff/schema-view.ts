import type { JsonSchema } from '../../../ports/catalog.ts'
import { canonical } from '../../schema/canonical.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'

/** A schema with its references followed and its `allOf` merged, as far as that can be done. */
export interface SchemaView {
  /** Nothing fits it. */
  readonly never: boolean
  /** Null for all of them. */
  readonly types: ReadonlySet<string> | null
  /** By their canonical texts; null where any value is taken. */
  readonly values: ReadonlyMap<string, unknown> | null
  readonly required: ReadonlySet<string>
  readonly properties: ReadonlyMap<string, JsonSchema>
  readonly additional: JsonSchema
  readonly items: JsonSchema
  readonly prefixItems: readonly JsonSchema[]
  readonly numbers: ReadonlyMap<string, number>
  readonly texts: ReadonlyMap<string, string>
  readonly uniqueItems: boolean
  readonly choices: readonly Choice[]
  /** Keywords that are compared as a whole. */
  readonly rest: ReadonlyMap<string, unknown>
  readonly readOnly: boolean
  readonly writeOnly: boolean
}

/** Alternatives, of which one has to fit. */
export interface Choice {
  readonly keyword: 'anyOf' | 'oneOf'
  readonly alternatives: readonly JsonSchema[]
}

/** The schemas that references lead to, by name. */
export type NamedSchemas = ReadonlyMap<string, JsonSchema>

const prefix = '#/components/schemas/'

/** What says nothing about a value may stand beside a reference. */
const besides: ReadonlySet<string> = new Set([
  '$ref',
  'title',
  'description',
  'default',
  'deprecated',
  'examples',
  '$comment',
])

/** The name behind a reference alone; null for anything else. */
export function nameOf(schema: unknown): string | null {
  if (!isObject(schema) || !Object.keys(schema).every((key) => besides.has(key))) return null
  return referredBy(schema)
}

function referredBy(schema: JsonObject): string | null {
  const reference = schema['$ref']
  return typeof reference === 'string' && reference.startsWith(prefix)
    ? reference.slice(prefix.length)
    : null
}

/** Reads schemas once each, however many operations refer to them. */
export function createViews(schemas: NamedSchemas): (schema: JsonSchema) => SchemaView {
  const made = new WeakMap<object, SchemaView>()
  const read = (schema: JsonSchema): SchemaView => {
    if (typeof schema === 'boolean') return viewOf([schema])
    const known = made.get(schema)
    if (known !== undefined) return known
    // What only refers has the view of what it refers to, so that both are known for the same.
    const target = onlyRefersTo(schema, schemas)
    const view = target === null ? viewOf(flatten(schema, schemas, new Set())) : read(target)
    made.set(schema, view)
    return view
  }
  return read
}

const longestChain = 32

/** What stands at the end of references alone; null for a schema that says something itself. */
function onlyRefersTo(schema: JsonObject, schemas: NamedSchemas): JsonSchema | null {
  let place: JsonSchema = schema
  for (let step = 0; step < longestChain; step += 1) {
    const name = nameOf(place)
    const target = name === null ? undefined : schemas.get(name)
    if (target === undefined) break
    place = target
  }
  return place === schema ? null : place
}

/** The schema itself and all that has to fit besides it, references followed. */
function flatten(
  schema: JsonSchema,
  schemas: NamedSchemas,
  seen: Set<unknown>,
): readonly JsonSchema[] {
  if (typeof schema === 'boolean') return [schema]
  if (seen.has(schema)) return []
  seen.add(schema)
  const name = referredBy(schema)
  const target = name === null ? undefined : schemas.get(name)
  const { allOf } = schema
  const parts = Array.isArray(allOf) ? (allOf as JsonSchema[]) : []
  return [
    schema,
    ...(target === undefined ? [] : flatten(target, schemas, seen)),
    ...parts.flatMap((part) => flatten(part, schemas, seen)),
  ]
}

const lower = ['minimum', 'exclusiveMinimum', 'minLength', 'minItems', 'minProperties'] as const
const upper = ['maximum', 'exclusiveMaximum', 'maxLength', 'maxItems', 'maxProperties'] as const
export const lowerBounds: ReadonlySet<string> = new Set(lower)
const bounds: ReadonlySet<string> = new Set([...lower, ...upper])

/** Keywords with a text or a number that fits or does not. */
const plain: ReadonlySet<string> = new Set(['pattern', 'format', 'multipleOf', 'contentEncoding'])

const whole: ReadonlySet<string> = new Set([
  'not',
  'if',
  'then',
  'else',
  'contains',
  'minContains',
  'maxContains',
  'propertyNames',
  'patternProperties',
  'dependentSchemas',
  'dependentRequired',
  'unevaluatedItems',
  'unevaluatedProperties',
])

interface Draft {
  never: boolean
  types: Set<string> | null
  values: Map<string, unknown> | null
  required: Set<string>
  properties: Map<string, JsonSchema>
  additional: JsonSchema
  items: JsonSchema
  prefixItems: readonly JsonSchema[]
  numbers: Map<string, number>
  texts: Map<string, string>
  uniqueItems: boolean
  choices: Choice[]
  rest: Map<string, unknown>
  readOnly: boolean
  writeOnly: boolean
}

function viewOf(parts: readonly JsonSchema[]): SchemaView {
  const draft: Draft = {
    never: false,
    types: null,
    values: null,
    required: new Set(),
    properties: new Map(),
    additional: true,
    items: true,
    prefixItems: [],
    numbers: new Map(),
    texts: new Map(),
    uniqueItems: false,
    choices: [],
    rest: new Map(),
    readOnly: false,
    writeOnly: false,
  }
  for (const part of parts) {
    if (part === false) draft.never = true
    else if (typeof part !== 'boolean') addPart(draft, part)
  }
  return draft
}

function addPart(draft: Draft, part: JsonObject): void {
  addTypes(draft, part['type'])
  if ('const' in part) addValues(draft, [part['const']])
  if (Array.isArray(part['enum'])) addValues(draft, part['enum'])
  if (Array.isArray(part['required'])) {
    for (const name of part['required']) draft.required.add(String(name))
  }
  for (const [name, member] of Object.entries(objectAt(part, 'properties'))) {
    draft.properties.set(name, both(draft.properties.get(name), member as JsonSchema))
  }
  draft.additional = both(draft.additional, schemaAt(part, 'additionalProperties'))
  draft.items = both(draft.items, schemaAt(part, 'items'))
  if (Array.isArray(part['prefixItems'])) draft.prefixItems = part['prefixItems'] as JsonSchema[]
  draft.uniqueItems ||= part['uniqueItems'] === true
  draft.readOnly ||= part['readOnly'] === true
  draft.writeOnly ||= part['writeOnly'] === true
  for (const keyword of ['anyOf', 'oneOf'] as const) {
    const alternatives = part[keyword]
    if (Array.isArray(alternatives)) {
      draft.choices.push({ keyword, alternatives: alternatives as JsonSchema[] })
    }
  }
  for (const [name, value] of Object.entries(part)) addKeyword(draft, name, value)
}

function addKeyword(draft: Draft, name: string, value: unknown): void {
  if (bounds.has(name) && typeof value === 'number') {
    const known = draft.numbers.get(name)
    const tighter = lowerBounds.has(name) ? Math.max : Math.min
    draft.numbers.set(name, known === undefined ? value : tighter(known, value))
  } else if (plain.has(name)) draft.texts.set(name, String(value))
  else if (whole.has(name)) draft.rest.set(name, value)
}

function addTypes(draft: Draft, type: unknown): void {
  const given = typeof type === 'string' ? [type] : Array.isArray(type) ? type.map(String) : null
  if (given === null) return
  const types = new Set(given)
  draft.types = draft.types === null ? types : draft.types.intersection(types)
}

function addValues(draft: Draft, values: readonly unknown[]): void {
  const given = new Map(values.map((value) => [canonical(value), value]))
  const known = draft.values
  draft.values = known === null ? given : new Map([...given].filter(([text]) => known.has(text)))
}

/** What fits one schema and the other. */
function both(a: JsonSchema | undefined, b: JsonSchema | undefined): JsonSchema {
  if (a === undefined || a === true) return b ?? true
  if (b === undefined || b === true || a === b) return a
  return a === false || b === false ? false : { allOf: [a, b] }
}

const schemaAt = (part: JsonObject, name: string): JsonSchema | undefined => {
  const value = part[name]
  return typeof value === 'boolean' || isObject(value) ? value : undefined
}

const objectAt = (part: JsonObject, name: string): JsonObject => {
  const value = part[name]
  return isObject(value) ? value : {}
}
