import type { JsonSchema } from '../../../ports/catalog.ts'
import type { Place } from './change.ts'
import { nameOf, type Choice, type SchemaView } from './schema-view.ts'

/** How schemas within a schema are compared. */
export interface Recurse {
  compare(before: JsonSchema, after: JsonSchema, place: Place): void
  /** Tells nothing. @returns whether nothing of it breaks anybody on this side */
  isCompatible(before: JsonSchema, after: JsonSchema, place: Place): boolean
}

/** Tells how the alternatives of a schema changed. */
export function compareChoices(
  before: JsonSchema,
  after: JsonSchema,
  { was, is }: { readonly was: SchemaView; readonly is: SchemaView },
  place: Place,
  recurse: Recurse,
): void {
  const count = Math.max(was.choices.length, is.choices.length)
  for (let index = 0; index < count; index += 1) {
    const old = was.choices[index]
    const now = is.choices[index]
    if (old !== undefined && now !== undefined) {
      compareAlternatives(old, now, place.at(now.keyword), recurse)
    } else if (now !== undefined) {
      compareChoiceAdded(before, now, place.at(now.keyword), recurse)
    } else if (old !== undefined) {
      compareChoiceGone(old, after, place.at(old.keyword), recurse)
    }
  }
}

/** Those that are the same are set aside; of what is left, those at the same place are compared. */
function compareAlternatives(old: Choice, now: Choice, place: Place, recurse: Recurse): void {
  const was = located(old)
  const is = located(now)
  const known = new Map(is.map((each) => [each.key, each]))
  const former = new Set(was.map(({ key }) => key))
  for (const { key, schema } of was) {
    const same = known.get(key)
    if (same !== undefined) recurse.compare(schema, same.schema, place.at(same.at))
  }
  const gone = was.filter(({ key }) => !known.has(key))
  const come = is.filter(({ key }) => !former.has(key))
  if (gone.length === come.length) {
    for (const [index, { schema }] of gone.entries()) {
      const other = come[index]
      if (other !== undefined) recurse.compare(schema, other.schema, place.at(other.at))
    }
    return
  }
  for (const { schema } of gone) place.narrows(`an alternative is gone: ${brief(schema)}`)
  for (const { schema } of come) place.widens(`an alternative is new: ${brief(schema)}`)
}

/** Alternatives with one key are the same; each is written out once, as there may be thousands. */
const located = ({ alternatives }: Choice) =>
  alternatives.map((schema, index) => {
    const name = nameOf(schema)
    const key = name === null ? `= ${JSON.stringify(schema)}` : `$ ${name}`
    return { schema, key, at: String(index) }
  })

function compareChoiceAdded(
  before: JsonSchema,
  { alternatives }: Choice,
  place: Place,
  recurse: Recurse,
): void {
  const fits = alternatives.map((one) => recurse.isCompatible(before, one, place))
  const isFine = place.side === 'request' ? fits.some(Boolean) : fits.every(Boolean)
  if (isFine) place.notes('there are alternatives now')
  else place.breaks('there are alternatives now, and not all that was possible fits them')
}

function compareChoiceGone(
  { alternatives }: Choice,
  after: JsonSchema,
  place: Place,
  recurse: Recurse,
): void {
  const fits = alternatives.map((one) => recurse.isCompatible(one, after, place))
  const isFine = place.side === 'request' ? fits.every(Boolean) : fits.some(Boolean)
  if (isFine) place.notes('there are no alternatives any more')
  else place.breaks('there are no alternatives any more, and one schema does not do for all')
}

const brief = (schema: JsonSchema): string => {
  const text = nameOf(schema) ?? JSON.stringify(schema)
  return text.length > 80 ? `${text.slice(0, 80)}…` : text
}
