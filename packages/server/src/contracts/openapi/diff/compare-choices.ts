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
  const isSame = (a: JsonSchema, b: JsonSchema): boolean =>
    nameOf(a) === null ? JSON.stringify(a) === JSON.stringify(b) : nameOf(a) === nameOf(b)
  const gone = old.alternatives.filter((a) => !now.alternatives.some((b) => isSame(a, b)))
  const come = now.alternatives.filter((b) => !old.alternatives.some((a) => isSame(a, b)))
  for (const one of old.alternatives) {
    const other = now.alternatives.find((each) => isSame(one, each))
    const at = String(now.alternatives.findIndex((each) => each === other))
    if (other !== undefined) recurse.compare(one, other, place.at(at))
  }
  if (gone.length === come.length) {
    for (const [index, one] of gone.entries()) {
      const other = come[index] ?? true
      recurse.compare(one, other, place.at(String(now.alternatives.indexOf(other))))
    }
    return
  }
  for (const one of gone) place.narrows(`an alternative is gone: ${brief(one)}`)
  for (const one of come) place.widens(`an alternative is new: ${brief(one)}`)
}

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
