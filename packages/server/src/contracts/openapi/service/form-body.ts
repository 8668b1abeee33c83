import type { RequestCheck } from '../../../ports/catalog.ts'
import { escapeStep, isObject, type JsonObject } from '../../schema/json-pointer.ts'
import type { CheckedSchema, SchemaScope } from '../../schema/scope.ts'
import { isSpread, readField, styleOf, unreadFields } from './form-field.ts'
import { createFitting, type Field } from './form-fitting.ts'
import { readPairs, type Pair } from './query-string.ts'
import { isKind, shapeOf, type Shape } from './shape.ts'

const decoder = new TextDecoder()

/**
 * Makes the check of `application/x-www-form-urlencoded`: fields are read as the `encoding` of the
 * media type says, nested objects as JSON.
 */
export function createFormCheck(
  media: JsonObject,
  schema: CheckedSchema,
  scope: SchemaScope,
  root: JsonObject,
): (body: Uint8Array) => RequestCheck {
  const check = createFieldsCheck(media, schema, scope, root)
  return (body) => check(readPairs(decoder.decode(body)), noFiles)
}

const noFiles: ReadonlyMap<string, number> = new Map()

/** Checks the fields of a form; of files, by their names and how many there are of each. */
export type FieldsCheck = (
  pairs: readonly Pair[],
  files: ReadonlyMap<string, number>,
) => RequestCheck

export function createFieldsCheck(
  media: JsonObject,
  schema: CheckedSchema,
  scope: SchemaScope,
  root: JsonObject,
): FieldsCheck {
  const shape = shapeOf(media['schema'], scope.references, root)
  const encodings = new Map(Object.entries(isObject(media['encoding']) ? media['encoding'] : {}))
  const deep = new Set(
    [...encodings].flatMap(([name, one]) => (styleOf(one).name === 'deepObject' ? [name] : [])),
  )
  const outer = { deep, spread: spreadMembers(shape, encodings) }
  const unread = unreadFields(media)
  const fitting = createFitting(schema)

  return (pairs, files) => {
    const fields: Field[] = []
    const standing = new Map<string, string | readonly string[]>()
    for (const [name, own] of byField(pairs, outer)) {
      if (unread.has(name)) {
        standing.set(name, '')
        continue
      }
      const read = readField(own, name, encodings.get(name), shape.member(name))
      if (read.kind === 'broken') {
        const detail = `the field "${name}" ${read.detail}`
        return { kind: 'invalid', errors: [{ pointer: '', detail }] }
      }
      fields.push({ name, values: read.values })
    }
    for (const [name, count] of files) standing.set(name, standIn(shape.member(name), count))
    // What is in a file is not looked at, only that it is there.
    const isUnread = (pointer: string): boolean =>
      [...standing].some(([name, value]) => isContent(pointer, `/${escapeStep(name)}`, value))
    const errors = fitting(fields, standing, ({ pointer }) => !isUnread(pointer))
    return errors.length === 0 ? { kind: 'ok' } : { kind: 'invalid', errors }
  }
}

/** Fields whose values stand under other names than their own. */
interface Outer {
  /** Those written as `name[key]`. */
  readonly deep: ReadonlySet<string>
  /** By the names of their members. */
  readonly spread: ReadonlyMap<string, string>
}

function spreadMembers(
  shape: Shape,
  encodings: ReadonlyMap<string, unknown>,
): ReadonlyMap<string, string> {
  const fields = [...encodings].flatMap(([name, encoding]) => (isSpread(encoding) ? [name] : []))
  return new Map(
    fields.flatMap((field) => {
      const inner = shape.member(field)
      const names = isKind(inner, 'object') ? [...inner.names] : []
      return names.filter((name) => !shape.names.has(name)).map((name) => [name, field] as const)
    }),
  )
}

/** The pairs of each field, in one pass. */
function byField(
  pairs: readonly Pair[],
  { deep, spread }: Outer,
): ReadonlyMap<string, readonly Pair[]> {
  const fields = new Map<string, Pair[]>()
  for (const pair of pairs) {
    const at = pair.name.indexOf('[')
    const start = at === -1 ? pair.name : pair.name.slice(0, at)
    const name = deep.has(start) ? start : (spread.get(pair.name) ?? pair.name)
    const known = fields.get(name)
    if (known === undefined) fields.set(name, [pair])
    else known.push(pair)
  }
  return fields
}

const standIn = (shape: Shape, count: number): string | readonly string[] =>
  shape.types.has('array') ? Array.from({ length: count }, () => '') : ''

/** Of a list of files, each one stands in it; how many there are is no content. */
const isContent = (pointer: string, place: string, standing: unknown): boolean =>
  pointer.startsWith(`${place}/`) || (pointer === place && !Array.isArray(standing))
