import type { ValidationError } from '@buzzer/contract'
import type { ErrorObject } from 'ajv'
import { escapeStep } from './json-pointer.ts'

/** Whether an error counts: some are about what nobody has looked at. */
export type Counts = (error: ValidationError) => boolean

const everything: Counts = () => true
const mostErrors = 20
const mostNames = 12

/**
 * Says what to change about a value, from what Ajv found wrong with it.
 *
 * @param counts tells what is wrong with it from what is passed over
 */
export function explain(
  errors: readonly ErrorObject[],
  value: unknown,
  counts: Counts = everything,
): readonly ValidationError[] {
  const told = new Map<string, ValidationError>()
  for (const error of ordered(errors)) {
    const explained = explainOne(error, value)
    if (!counts(explained)) continue
    told.set(`${explained.pointer}\n${explained.detail}`, explained)
    if (told.size === mostErrors) break
  }
  return [...told.values()]
}

/** That nothing of a choice fits comes before why each part of it does not. */
const ordered = (errors: readonly ErrorObject[]): readonly ErrorObject[] => [
  ...errors.filter(({ keyword }) => keyword === 'anyOf' || keyword === 'oneOf'),
  ...errors.filter(({ keyword }) => keyword !== 'anyOf' && keyword !== 'oneOf'),
]

type Params = Readonly<Record<string, unknown>>

function explainOne(error: ErrorObject, value: unknown): ValidationError {
  const params = error.params as Params
  const pointer = error.instancePath
  const unknownName = params['additionalProperty'] ?? params['unevaluatedProperty']
  if (typeof unknownName === 'string') return explainUnknown(error, unknownName)
  const detail = details[error.keyword]?.(params, error, () => follow(value, pointer))
  return { pointer, detail: detail ?? error.message ?? 'does not fit the schema' }
}

const follow = (value: unknown, pointer: string): unknown => {
  let place = value
  for (const step of pointer.split('/').slice(1)) {
    const name = step.replaceAll('~1', '/').replaceAll('~0', '~')
    place = typeof place === 'object' && place !== null ? Reflect.get(place, name) : undefined
  }
  return place
}

function explainUnknown(error: ErrorObject, name: string): ValidationError {
  const pointer = `${error.instancePath}/${escapeStep(name)}`
  const known = Object.keys((error.parentSchema?.['properties'] ?? {}) as object)
  const close = known.find((candidate) => isTypo(name, candidate))
  const hint =
    close === undefined
      ? known.length === 0
        ? 'leave it out'
        : `leave it out; known are ${list(known)}`
      : `did you mean ${quote(close)}?`
  return { pointer, detail: `${quote(name)} is not a known property; ${hint}` }
}

/** Whether two names differ only in case and signs, or by one letter. */
function isTypo(name: string, candidate: string): boolean {
  const plain = (text: string): string => text.toLowerCase().replaceAll(/[^a-z0-9]/g, '')
  const [a, b] = [plain(name), plain(candidate)]
  if (a === b) return a !== ''
  if (Math.abs(a.length - b.length) > 1 || b.length < 4) return false
  let start = 0
  while (start < a.length && a[start] === b[start]) start += 1
  const rest = (text: string, skip: number): string => text.slice(start + skip)
  return [
    [1, 1],
    [1, 0],
    [0, 1],
  ].some(([x = 0, y = 0]) => rest(a, x) === rest(b, y))
}

const quote = (value: unknown): string => {
  const text = JSON.stringify(value) ?? 'nothing'
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}

const list = (values: readonly unknown[]): string => {
  const more = values.length - mostNames
  const shown = values.slice(0, mostNames).map(quote).join(', ')
  return more > 0 ? `${shown} and ${more} more` : shown
}

const typeOf = (value: unknown): string => {
  if (value === undefined) return 'nothing'
  if (value === null) return 'null'
  if (typeof value === 'number' && !Number.isInteger(value)) return String(value)
  return Array.isArray(value) ? 'an array' : `${article(typeof value)} ${typeof value}`
}

const article = (word: string): string => (/^[aeio]/.test(word) ? 'an' : 'a')

const withArticle = (types: unknown): string =>
  (Array.isArray(types) ? types : [types])
    .map((type) => (type === 'null' ? 'null' : `${article(String(type))} ${String(type)}`))
    .join(' or ')

const examples: Readonly<Record<string, string>> = {
  'date': 'a date such as 2026-01-31',
  'date-time': 'a time such as 2026-01-31T12:00:00Z',
  'time': 'a time of day such as 12:00:00Z',
  'duration': 'a duration such as PT30S',
  'email': 'an e-mail address',
  'hostname': 'a host name',
  'ipv4': 'an IPv4 address',
  'ipv6': 'an IPv6 address',
  'uuid': 'a UUID',
  'uri': 'a URI such as https://example.com/',
  'uri-reference': 'a URI or a path',
  'int32': 'an integer of 32 bits',
  'int64': 'an integer of 64 bits',
  'byte': 'base64',
}

const counted = (limit: unknown, what: string): string =>
  `${String(limit)} ${what}${limit === 1 ? '' : 's'}`

const asList = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : [])

type Detail = (params: Params, error: ErrorObject, value: () => unknown) => string

const atLeast =
  (verb: string, what: string): Detail =>
  ({ limit }) =>
    `must ${verb} at least ${counted(limit, what)}`
const atMost =
  (verb: string, what: string): Detail =>
  ({ limit }) =>
    `must ${verb} at most ${counted(limit, what)}`
const compared: Detail = ({ comparison, limit }) => `must be ${String(comparison)} ${String(limit)}`

const details: Readonly<Record<string, Detail>> = {
  'type': ({ type }, _, value) => `must be ${withArticle(type)}, not ${typeOf(value())}`,
  'required': ({ missingProperty }) => `the property ${quote(missingProperty)} is missing`,
  'dependentRequired': ({ missingProperty, property }) =>
    `the property ${quote(missingProperty)} is missing, which ${quote(property)} needs`,
  'enum': (_, { parentSchema }) => `must be one of ${list(asList(parentSchema?.['enum']))}`,
  'const': (_, { parentSchema }) => `must be ${quote(parentSchema?.['const'])}`,
  'pattern': ({ pattern }) => `must match the pattern ${String(pattern)}`,
  'format': ({ format }) => `must be ${examples[String(format)] ?? `a ${String(format)}`}`,
  'minLength': atLeast('have', 'character'),
  'maxLength': atMost('have', 'character'),
  'minItems': atLeast('have', 'item'),
  'maxItems': atMost('have', 'item'),
  'minProperties': atLeast('have', 'property'),
  'maxProperties': atMost('have', 'property'),
  'minimum': compared,
  'maximum': compared,
  'exclusiveMinimum': compared,
  'exclusiveMaximum': compared,
  'multipleOf': ({ multipleOf }) => `must be a multiple of ${String(multipleOf)}`,
  'uniqueItems': () => 'must not hold an item twice',
  'anyOf': () => 'must match at least one of the alternatives, but matches none',
  'oneOf': ({ passingSchemas }) =>
    passingSchemas === null || passingSchemas === undefined
      ? 'must match one of the alternatives, but matches none'
      : 'must match one of the alternatives only, but matches several',
  'not': () => 'is what the schema excludes',
  'false schema': () => 'is not allowed here; leave it out',
  'propertyNames': ({ propertyName }) => `${quote(propertyName)} is not allowed as a name`,
}
