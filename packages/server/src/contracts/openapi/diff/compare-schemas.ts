import type { JsonSchema } from '../../../ports/catalog.ts'
import { createPlace, type Change, type Place } from './change.ts'
import { compareChoices, type Recurse } from './compare-choices.ts'
import { compareBounds, compareEnums, compareTexts, compareTypes } from './compare-values.ts'
import { nameOf, type SchemaView } from './schema-view.ts'

/** Two documents whose schemas are compared. */
export interface Comparison {
  readonly before: (schema: JsonSchema) => SchemaView
  readonly after: (schema: JsonSchema) => SchemaView
  /** Whether both have one name, and all behind it is the same in both documents. */
  isUnchanged(before: JsonSchema, after: JsonSchema): boolean
  /** What was found out of named schemas, which many operations have in common. */
  readonly findings: Map<string, Findings>
  /** Comparisons that may still be made; some schemas would take for ever. */
  readonly budget: { left: number }
  /** How many trials this one stands in. */
  readonly trials: number
}

/** What is otherwise in one schema itself, and the named ones that it leads to. */
export interface Findings {
  readonly changes: readonly Change[]
  readonly leadsTo: readonly Step[]
}

export interface Step {
  readonly before: JsonSchema
  readonly after: JsonSchema
  /** From the schema that leads there. */
  readonly pointer: string
}

/** A trial within a trial within a trial is given up, as what breaks. */
const mostTrials = 3

/** Whether all that is otherwise, however far away, breaks nobody. */
function isCompatible(
  before: JsonSchema,
  after: JsonSchema,
  { side }: Place,
  outer: Comparison,
): boolean {
  if (outer.trials >= mostTrials) return false
  const comparison = { ...outer, trials: outer.trials + 1 }
  const waiting: Step[] = [{ before, after, pointer: '' }]
  const met = new Set<string>()
  for (const step of waiting) {
    if (isDone(step, met, comparison)) continue
    const { changes, leadsTo } = findingsOf(step, side, comparison)
    if (changes.some(({ breaking }) => breaking)) return false
    waiting.push(...leadsTo)
  }
  return comparison.budget.left >= 0
}

/** A pair of names is followed once. */
function isDone({ before, after }: Step, met: Set<string>, comparison: Comparison): boolean {
  comparison.budget.left -= 1
  if (comparison.budget.left < 0) return true
  const names = pairOf(before, after)
  if (names === null) return false
  if (met.has(names) || comparison.isUnchanged(before, after)) return true
  met.add(names)
  return false
}

/** Null where at least one of the two is no reference alone. */
export function pairOf(before: JsonSchema, after: JsonSchema): string | null {
  const [one, other] = [nameOf(before), nameOf(after)]
  return one === null || other === null ? null : `${one} ${other}`
}

/** What is otherwise in two schemas, looked for once for each pair of names. */
export function findingsOf(
  { before, after }: Step,
  side: Place['side'],
  comparison: Comparison,
): Findings {
  const names = pairOf(before, after)
  if (names === null) return lookThrough(before, after, side, comparison)
  const key = `${side} ${comparison.trials} ${names}`
  const known = comparison.findings.get(key)
  if (known !== undefined) return known
  const findings = lookThrough(before, after, side, comparison)
  // Where the budget was over, not all was looked at.
  if (comparison.budget.left >= 0) comparison.findings.set(key, findings)
  return findings
}

/** Compares two schemas and all that stands in them, up to the next names. */
function lookThrough(
  before: JsonSchema,
  after: JsonSchema,
  side: Place['side'],
  comparison: Comparison,
): Findings {
  const changes: Change[] = []
  const leadsTo: Step[] = []
  const here = createPlace(side, '', (change) => void changes.push(change))
  const waiting: [JsonSchema, JsonSchema, Place][] = [[before, after, here]]
  const known: Pairs = new Map()
  const recurse: Recurse = {
    compare(one, other, place) {
      if (pairOf(one, other) === null) waiting.push([one, other, place])
      else if (!comparison.isUnchanged(one, other)) {
        leadsTo.push({ before: one, after: other, pointer: place.pointer })
      }
    },
    isCompatible: (one, other, place) => isCompatible(one, other, place, comparison),
  }
  for (const [one, other, place] of waiting) {
    compareOne(one, other, place, { ...comparison, known }, recurse)
  }
  return { changes, leadsTo }
}

/** Schemas with those that they were compared with. */
type Pairs = Map<SchemaView, Set<SchemaView>>

function compareOne(
  before: JsonSchema,
  after: JsonSchema,
  place: Place,
  comparison: Comparison & { readonly known: Pairs },
  recurse: Recurse,
): void {
  const was = comparison.before(before)
  const is = comparison.after(after)
  if (isKnown(was, is, comparison)) return
  if (was.never || is.never) return compareNever(was, is, place)
  if (!compareTypes(was, is, place)) return
  compareEnums(was, is, place)
  compareBounds(was, is, place)
  compareTexts(was, is, place)
  compareProperties(was, is, place, comparison, recurse)
  compareItems(was, is, place, recurse)
  compareChoices(before, after, { was, is }, place, recurse)
  compareRest(was, is, place)
}

function isKnown(
  before: SchemaView,
  after: SchemaView,
  { known, budget }: Pick<Comparison, 'budget'> & { readonly known: Pairs },
): boolean {
  budget.left -= 1
  if (budget.left < 0) return true
  const partners = known.get(before) ?? new Set()
  known.set(before, partners)
  if (partners.has(after)) return true
  partners.add(after)
  return false
}

function compareNever(was: SchemaView, is: SchemaView, place: Place): void {
  if (!was.never) place.narrows('nothing fits here any more')
  else if (!is.never) place.widens('something can be here now')
}

/** What only the server sets is not sent, and what only callers set is not got back. */
const concerns = (view: SchemaView, { side }: Place): boolean =>
  side === 'request' ? !view.readOnly : !view.writeOnly

function compareProperties(
  was: SchemaView,
  is: SchemaView,
  place: Place,
  { before, after }: Comparison,
  recurse: Recurse,
): void {
  for (const name of new Set([...was.properties.keys(), ...is.properties.keys()])) {
    const there = place.at('properties', name)
    const old = was.properties.get(name)
    const now = is.properties.get(name)
    if (old !== undefined && !concerns(before(old), place)) continue
    if (now !== undefined && !concerns(after(now), place)) continue
    if (old === undefined) compareNew(is.required.has(name), there)
    else if (now === undefined) compareGone(is, there)
    else recurse.compare(old, now, there)
    if (old !== undefined && now !== undefined) {
      compareRequired(was.required.has(name), is.required.has(name), there)
    }
  }
  for (const name of is.required) {
    if (was.required.has(name) || is.properties.has(name) || was.properties.has(name)) continue
    place.at('required').narrows(`"${name}" is required now`)
  }
  compareAdditional(was, is, place.at('additionalProperties'), recurse)
}

function compareNew(isRequired: boolean, place: Place): void {
  if (isRequired) place.narrows('is new and required')
  else place.notes('is new')
}

/** What is no longer described is still taken, unless nothing else is. */
function compareGone(is: SchemaView, place: Place): void {
  if (place.side === 'response') place.breaks('is gone')
  else if (is.additional === false) place.breaks('is gone, and nothing else is taken')
  else place.notes('is not described any more')
}

function compareRequired(was: boolean, is: boolean, place: Place): void {
  if (!was && is) place.narrows('is required now')
  else if (was && !is) place.widens('is not required any more')
}

function compareAdditional(was: SchemaView, is: SchemaView, place: Place, recurse: Recurse): void {
  if (was.additional === is.additional) return
  if (is.additional === false) place.narrows('other properties are refused now')
  else if (was.additional === false) place.notes('other properties are possible now')
  else recurse.compare(was.additional, is.additional, place)
}

function compareItems(was: SchemaView, is: SchemaView, place: Place, recurse: Recurse): void {
  const length = Math.max(was.prefixItems.length, is.prefixItems.length)
  for (let index = 0; index < length; index += 1) {
    const there = place.at('prefixItems', String(index))
    recurse.compare(was.prefixItems[index] ?? was.items, is.prefixItems[index] ?? is.items, there)
  }
  if (was.items !== is.items) recurse.compare(was.items, is.items, place.at('items'))
}

/** Keywords that can make a schema narrower and wider at the same time. */
function compareRest(was: SchemaView, is: SchemaView, place: Place): void {
  for (const name of new Set([...was.rest.keys(), ...is.rest.keys()])) {
    if (JSON.stringify(was.rest.get(name)) === JSON.stringify(is.rest.get(name))) continue
    place.at(name).breaks('changed; it is not looked into, and so taken as breaking')
  }
}
