/**
 * What stands under a keyword of JSON Schema 2020-12. `here` are schemas for the same value,
 * `below` for its items and members; `one`, `list` and `map` say how many there are.
 */
export type KeywordKind =
  | `${'here' | 'below'}-${'one' | 'list' | 'map'}`
  | 'count'
  | 'number'
  | 'positive'
  | 'boolean'
  | 'names'
  | 'names-map'

const byKind: Readonly<Record<KeywordKind, readonly string[]>> = {
  'here-one': ['not', 'if', 'then', 'else'],
  'here-list': ['allOf', 'anyOf', 'oneOf'],
  'here-map': ['dependentSchemas'],
  'below-one': [
    'items',
    'contains',
    'unevaluatedItems',
    'additionalProperties',
    'unevaluatedProperties',
    'propertyNames',
  ],
  'below-list': ['prefixItems'],
  'below-map': ['properties', 'patternProperties'],
  'count': [
    'minLength',
    'maxLength',
    'minItems',
    'maxItems',
    'minProperties',
    'maxProperties',
    'minContains',
    'maxContains',
  ],
  'number': ['minimum', 'maximum', 'exclusiveMinimum', 'exclusiveMaximum'],
  'positive': ['multipleOf'],
  'boolean': ['uniqueItems'],
  'names': ['required'],
  'names-map': ['dependentRequired'],
}

/** What stands under each keyword; those that check nothing are not in it. */
export const keywordKinds: ReadonlyMap<string, KeywordKind> = new Map(
  Object.entries(byKind).flatMap(([kind, names]) =>
    names.map((name) => [name, kind as KeywordKind] as const),
  ),
)

export const typeNames: ReadonlySet<unknown> = new Set([
  'null',
  'boolean',
  'object',
  'array',
  'number',
  'integer',
  'string',
])

const isText = (value: unknown): boolean => typeof value === 'string'
const isFlag = (value: unknown): boolean => typeof value === 'boolean'
const isAnything = (): boolean => true

/** Says what is shown to people and checks nothing; each with what can stand under it. */
export const annotations: ReadonlyMap<string, (value: unknown) => boolean> = new Map([
  ['title', isText],
  ['description', isText],
  ['default', isAnything],
  ['deprecated', isFlag],
  ['readOnly', isFlag],
  ['writeOnly', isFlag],
  ['example', isAnything],
  ['contentEncoding', isText],
  ['contentMediaType', isText],
])

/**
 * Formats that are checked. Others, such as `password`, say only how to show a value; `url` is left
 * out because documents use it for what is none.
 */
export const checkedFormats: ReadonlySet<string> = new Set([
  'date',
  'date-time',
  'time',
  'duration',
  'email',
  'hostname',
  'ipv4',
  'ipv6',
  'uuid',
  'uri',
  'uri-reference',
  'json-pointer',
  'int32',
  'int64',
  'byte',
])

const isNames = (value: unknown): boolean =>
  Array.isArray(value) && value.every((name) => typeof name === 'string')

/** Whether a keyword without schemas in it has a value that means something. */
export const hasMeaning: Readonly<Record<string, (value: unknown) => boolean>> = {
  'count': (value) => Number.isSafeInteger(value) && Number(value) >= 0,
  'number': (value) => typeof value === 'number',
  'positive': (value) => typeof value === 'number' && value > 0,
  'boolean': (value) => typeof value === 'boolean',
  'names': isNames,
  'names-map': (value) =>
    typeof value === 'object' && value !== null && Object.values(value).every(isNames),
}
