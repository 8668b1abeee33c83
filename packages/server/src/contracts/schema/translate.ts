import { modernise } from './dialect.ts'
import { escapeStep, isObject, type JsonObject } from './json-pointer.ts'
import { keywordKinds } from './keywords.ts'
import { listOf, loosen } from './loss.ts'
import { isCheckable, translatePlain } from './plain-keyword.ts'
import { optionalNames } from './read-only.ts'
import type { Found } from './references.ts'
import {
  brief,
  lost,
  type Outcome,
  type Place,
  type Schema,
  type Translation,
} from './translation.ts'

/** A translated schema, and whether it says all that the original did. */
export interface Translated {
  readonly schema: Schema
  readonly whole: boolean
}

const noNames: ReadonlySet<string> = new Set()

/**
 * Writes a schema of any dialect as plain 2020-12: every keyword in it has a value that it can
 * have, and what could not be understood is left out and noted. A value that fits the original
 * always fits the translation; where leaving something out would make the schema stricter, as
 * below `not`, more is left out.
 */
export const translate = (found: Found, path: string, to: Translation): Translated =>
  walk(
    found.source,
    { base: found.base, path, depth: 0, here: true, spelledOut: null, optional: noNames },
    to,
  )

function walk(source: unknown, place: Place, to: Translation): Translated {
  to.count(1)
  if (typeof source === 'boolean') return { schema: source, whole: true }
  if (to.size() > to.maxSize) return { schema: true, whole: false }
  if (isObject(source) && place.depth <= to.maxDepth) {
    const isNamed = typeof source['$id'] === 'string' && to.dialect !== 'openapi-3.0'
    return walkObject(
      modernise(source, to.dialect),
      isNamed ? { ...place, base: source } : place,
      to,
    )
  }
  to.note(place.path, 'mistake', isObject(source) ? 'is nested too deeply' : 'is not a schema')
  return { schema: true, whole: false }
}

function walkObject(source: JsonObject, outer: Place, to: Translation): Translated {
  const tracks = 'unevaluatedProperties' in source || 'unevaluatedItems' in source
  if (tracks) to.track()
  const place = {
    ...outer,
    spelledOut: tracks && !to.annotated ? (outer.spelledOut ?? []) : outer.spelledOut,
    optional: to.forRequests ? optionalNames(source, outer, to) : noNames,
  }
  const target: Record<string, unknown> = {}
  const lossy = new Set<string>()
  for (const [keyword, value] of Object.entries(source)) {
    const outcome = translateKeyword(keyword, value, place, to)
    if (outcome === null) continue
    if (outcome.value !== undefined) put(target, keyword, outcome)
    if (!outcome.whole) lossy.add(keyword)
  }
  const schema = loosen(target, lossy)
  return { schema: to.annotated ? withPlainReference(schema) : schema, whole: lossy.size === 0 }
}

function put(target: Record<string, unknown>, keyword: string, { as, value }: Outcome): void {
  const name = as ?? keyword
  // References become members of an `allOf`, beside those that are there already.
  target[name] = name === 'allOf' ? [...listOf(target['allOf']), ...listOf(value)] : value
}

/** Writes a reference that stands alone as people write it. */
function withPlainReference(schema: Schema): Schema {
  if (typeof schema === 'boolean') return schema
  const { allOf, ...rest } = schema
  const [only, ...others] = listOf(allOf)
  const isReference = isObject(only) && typeof only['$ref'] === 'string' && others.length === 0
  return isReference ? { ...rest, ...only } : schema
}

/** @returns null where the keyword checks nothing */
function translateKeyword(
  keyword: string,
  value: unknown,
  outer: Place,
  to: Translation,
): Outcome | null {
  const place = { ...outer, path: `${outer.path}/${escapeStep(keyword)}` }
  if (keyword === '$ref' || keyword === '$recursiveRef' || keyword === '$dynamicRef') {
    return referenceKeyword(keyword, value, place, to)
  }
  const kind = keywordKinds.get(keyword)
  return kind?.startsWith('here') === true || kind?.startsWith('below') === true
    ? schemasKeyword(keyword, value, place, to)
    : translatePlain(keyword, value, place, to)
}

function referenceKeyword(keyword: string, value: unknown, place: Place, to: Translation): Outcome {
  const found = typeof value === 'string' ? find(keyword, value, place, to) : null
  if (found === null) {
    to.note(place.path, 'mistake', whyNotFound(keyword, value))
    return lost
  }
  if (typeof found.source === 'boolean') return { value: [found.source], whole: true, as: 'allOf' }
  return place.spelledOut === null
    ? { value: [to.refer(found, place.here)], whole: to.isWhole(found), as: 'allOf' }
    : spellOut(found, found.source, place.spelledOut, place, to)
}

const find = (keyword: string, target: string, { base }: Place, { references }: Translation) =>
  keyword === '$dynamicRef' ? references.findDynamic(target) : references.find(target, base)

const whyNotFound = (keyword: string, target: unknown): string =>
  keyword === '$dynamicRef'
    ? `${brief(target)} may mean one schema or another, and is not checked`
    : typeof target === 'string' && !target.startsWith('#')
      ? `${brief(target)} leads out of the document and is not fetched; ` +
        'put what it means into the document'
      : `${brief(target)} leads nowhere`

const mostSpelledOut = 32

function spellOut(
  found: Found,
  source: JsonObject,
  around: readonly object[],
  place: Place,
  to: Translation,
): Outcome {
  if (around.includes(source) || around.length >= mostSpelledOut) {
    to.note(place.path, 'mistake', 'refers to itself without an end')
    return lost
  }
  const inner = { ...place, base: found.base, spelledOut: [...around, source] }
  const { schema, whole } = walk(source, { ...inner, depth: place.depth + 1 }, to)
  return { value: [schema], whole, as: 'allOf' }
}

/** The place of a schema in a keyword; below another value, nothing is evaluated for this one. */
function enter(place: Place, step: string, here: boolean): Place {
  const path = step === '' ? place.path : `${place.path}/${escapeStep(step)}`
  const depth = place.depth + 1
  return here
    ? { ...place, path, depth }
    : { ...place, path, depth, here: false, spelledOut: null, optional: noNames }
}

function schemasKeyword(keyword: string, value: unknown, place: Place, to: Translation): Outcome {
  const kind = keywordKinds.get(keyword)
  const [where, shape] = kind?.split('-') ?? []
  const isRepeated = kind === 'below-one' || keyword === 'patternProperties'
  const read = (source: unknown, step: string): Translated => {
    const before = to.size()
    const { schema, whole } = walk(source, enter(place, step, where === 'here'), to)
    return { schema: isRepeated ? to.repeated(schema, to.size() - before) : schema, whole }
  }
  if (shape === 'one') {
    const { schema, whole } = read(value, '')
    return { value: schema, whole }
  }
  const steps = entriesOf(value, shape === 'list', place, to)
  if (steps === null) return lost
  const usable = steps.filter(
    ([step]) => keyword !== 'patternProperties' || isCheckable(step, place.path, to),
  )
  const entries = usable.map(([step, source]) => [step, read(source, step)] as const)
  const schemas = entries.map(([step, { schema }]) => [step, schema] as const)
  return {
    value: shape === 'list' ? schemas.map(([, one]) => one) : Object.fromEntries(schemas),
    whole: usable.length === steps.length && entries.every(([, { whole }]) => whole),
  }
}

/** @returns null where they are no schemas, or more than are taken */
function entriesOf(value: unknown, isList: boolean, place: Place, to: Translation) {
  const isRight = isList ? Array.isArray(value) && value.length > 0 : isObject(value)
  const entries: (readonly [string, unknown])[] = isRight ? Object.entries(value as object) : []
  const most = isList ? to.maxList : to.maxMembers
  if (isRight && entries.length <= most) return entries
  const why = isRight
    ? `holds ${entries.length} schemas, of ${most} at most`
    : `is no ${isList ? 'list' : 'object'} of schemas`
  to.note(place.path, 'mistake', why)
  return null
}
