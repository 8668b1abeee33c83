import type { Place } from './change.ts'
import { lowerBounds, type SchemaView } from './schema-view.ts'

const allTypes = ['null', 'boolean', 'object', 'array', 'number', 'integer', 'string']

/** Types that a value of the one may have and one of the other may not. */
function typesOnlyIn(one: SchemaView, other: SchemaView): readonly string[] {
  const { types } = other
  if (types === null) return []
  const isTaken = (type: string): boolean =>
    types.has(type) || (type === 'integer' && types.has('number'))
  return [...(one.types ?? allTypes)].filter((type) => !isTaken(type))
}

const listed = (values: Iterable<unknown>): string => {
  const texts = [...values].map((value) => (typeof value === 'string' ? value : String(value)))
  return texts.length > 8 ? `${texts.slice(0, 8).join(', ')} and more` : texts.join(', ')
}

/** @returns whether values of both can have a type in common */
export function compareTypes(before: SchemaView, after: SchemaView, place: Place): boolean {
  const gone = typesOnlyIn(before, after)
  const come = typesOnlyIn(after, before)
  const known = (view: SchemaView): string =>
    view.types === null ? 'any type' : listed(view.types)
  const words = `the type is ${known(after)} now, ${known(before)} before`
  if (gone.length > 0 && come.length > 0) place.breaks(words)
  else if (gone.length > 0) place.narrows(words)
  else if (come.length > 0) place.widens(words)
  return gone.length < (before.types?.size ?? allTypes.length)
}

export function compareEnums(before: SchemaView, after: SchemaView, place: Place): void {
  if (before.values === null && after.values === null) return
  if (before.values === null) {
    place.narrows(`only these values are possible now: ${texts(after.values)}`)
  } else if (after.values === null) {
    place.notes('other values than those of a list are possible now')
  } else {
    const gone = [...before.values.keys()].filter((text) => after.values?.has(text) === false)
    const come = [...after.values.keys()].filter((text) => before.values?.has(text) === false)
    if (gone.length > 0) place.narrows(`these values are gone: ${listed(gone)}`)
    // Readers are told that lists may grow; a new value is no new type.
    if (come.length > 0) place.notes(`these values are new: ${listed(come)}`)
  }
}

const texts = (values: SchemaView['values']): string => listed(values?.keys() ?? [])

/** Lengths and counts begin at nothing, so that this is no bound. */
const noBound = (name: string, value: number | undefined): number | undefined =>
  value === 0 && /^min(?:Length|Items|Properties)$/.test(name) ? undefined : value

export function compareBounds(before: SchemaView, after: SchemaView, place: Place): void {
  for (const name of new Set([...before.numbers.keys(), ...after.numbers.keys()])) {
    const was = noBound(name, before.numbers.get(name))
    const is = noBound(name, after.numbers.get(name))
    if (was === is) continue
    const words = `is ${is ?? 'no more'} now, ${was ?? 'nothing'} before`
    const isTighter =
      is !== undefined && (was === undefined || (lowerBounds.has(name) ? is > was : is < was))
    if (isTighter) place.at(name).narrows(words)
    else place.at(name).notes(words)
  }
  if (!before.uniqueItems && after.uniqueItems) {
    place.at('uniqueItems').narrows('no item may be there twice now')
  }
}

/** Patterns, formats and the like: another one is neither narrower nor wider. */
export function compareTexts(before: SchemaView, after: SchemaView, place: Place): void {
  for (const name of new Set([...before.texts.keys(), ...after.texts.keys()])) {
    const was = before.texts.get(name)
    const is = after.texts.get(name)
    if (was === is) continue
    const there = place.at(name)
    if (was === undefined) there.narrows(`is ${is} now, nothing before`)
    else if (is === undefined) there.notes(`is gone; it was ${was}`)
    else if (name === 'pattern' && place.side === 'response') {
      there.notes(`is ${is} now, ${was} before`)
    } else if (name === 'multipleOf' && Number(was) % Number(is) === 0) {
      there.notes(`is ${is} now, ${was} before`)
    } else there.breaks(`is ${is} now, ${was} before`)
  }
}
