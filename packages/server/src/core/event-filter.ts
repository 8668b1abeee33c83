import type { JsonFilter, NumericRange, ValidationError } from '@buzzer/contract'
import { parseEventPlace, valueAt, type EventObject } from './event-place.ts'

/** @returns whether the event passes */
export type EventFilter = (event: EventObject) => boolean

export type ReadFilter =
  | { readonly kind: 'filter'; readonly filter: EventFilter }
  | { readonly kind: 'invalid'; readonly errors: readonly ValidationError[] }

const dialects = ['exact', 'prefix', 'suffix', 'range', 'all', 'any', 'not'] as const
const bounds = ['gt', 'gte', 'lt', 'lte'] as const
const deepest = 16
/** Of a filter as a whole, so that one of them costs little with each event. */
const mostParts = 200

type Refuse = (pointer: string, detail: string) => EventFilter

/** Passes nothing; stands where something was refused. */
const never: EventFilter = () => false

/**
 * Reads a filter in the dialects of CloudEvents Subscriptions 1.0 (see `JsonFilter`).
 *
 * @param pointer where it stands, for what is wrong with it
 */
export function readEventFilter(value: unknown, pointer = ''): ReadFilter {
  const errors: ValidationError[] = []
  let parts = 0
  const refuse: Refuse = (at, detail) => {
    errors.push({ pointer: at, detail })
    return never
  }

  const read = (given: unknown, at: string, depth: number): EventFilter => {
    parts += 1
    if (parts > mostParts) return refuse(at, `is one of more than ${mostParts} parts`)
    if (depth > deepest) return refuse(at, `is nested deeper than ${deepest} levels`)
    if (!isObject(given)) return refuse(at, 'has to be an object with one dialect')
    const [dialect, ...others] = Object.keys(given)
    if (dialect === undefined || others.length > 0 || !isDialect(dialect)) {
      return refuse(at, `has to have exactly one of ${dialects.join(', ')}`)
    }
    const inner = given[dialect]
    const place = `${at}/${dialect}`
    if (dialect === 'not') return negate(read(inner, place, depth + 1))
    if (dialect === 'all' || dialect === 'any') {
      if (!Array.isArray(inner) || inner.length === 0) {
        return refuse(place, 'has to be a list of filters')
      }
      const filters = inner.map((each, index) => read(each, `${place}/${index}`, depth + 1))
      return dialect === 'all' ? joinAll(filters) : joinAny(filters)
    }
    if (!isObject(inner) || Object.keys(inner).length === 0) {
      return refuse(place, 'has to name at least one attribute')
    }
    return joinAll(
      Object.entries(inner).map(([name, wanted]) => {
        parts += 1
        const path = parseEventPlace(name)
        const where = `${place}/${escape(name)}`
        if (path === null) return refuse(where, notAPlace)
        const holds = compare(dialect, wanted)
        if (typeof holds === 'string') return refuse(where, holds)
        return (event) => holds(valueAt(event, path))
      }),
    )
  }

  const filter = read(value, pointer, 0)
  return errors.length === 0 ? { kind: 'filter', filter } : { kind: 'invalid', errors }
}

const notAPlace = 'is neither an attribute (`type`) nor a JSON Pointer (`/data/amount`)'

const negate =
  (filter: EventFilter): EventFilter =>
  (event) =>
    !filter(event)

const joinAll =
  (filters: readonly EventFilter[]): EventFilter =>
  (event) =>
    filters.every((filter) => filter(event))

const joinAny =
  (filters: readonly EventFilter[]): EventFilter =>
  (event) =>
    filters.some((filter) => filter(event))

type Holds = (found: unknown) => boolean

/** @returns what compares, or what is wrong with what it is compared to */
function compare(
  dialect: 'exact' | 'prefix' | 'suffix' | 'range',
  wanted: unknown,
): Holds | string {
  if (dialect === 'range') return inRange(wanted)
  if (dialect === 'exact') {
    const isPlain = ['string', 'number', 'boolean'].includes(typeof wanted)
    return isPlain ? (found) => found === wanted : 'has to be text, a number, true or false'
  }
  if (typeof wanted !== 'string' || wanted === '') return 'has to be text that is not empty'
  return dialect === 'prefix'
    ? (found) => typeof found === 'string' && found.startsWith(wanted)
    : (found) => typeof found === 'string' && found.endsWith(wanted)
}

function inRange(wanted: unknown): Holds | string {
  if (!isObject(wanted)) return 'has to be an object such as {"gte": 100}'
  const entries = Object.entries(wanted)
  const isRange =
    entries.length > 0 &&
    entries.every(([name, bound]) => isBound(name) && typeof bound === 'number')
  if (!isRange) return `has to have numbers under ${bounds.join(', ')}`
  const { gt = -Infinity, gte = -Infinity, lt = Infinity, lte = Infinity } = wanted as NumericRange
  return (found) =>
    typeof found === 'number' && found > gt && found >= gte && found < lt && found <= lte
}

const isObject = (value: unknown): value is EventObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const isDialect = (name: string): name is (typeof dialects)[number] =>
  (dialects as readonly string[]).includes(name)

const isBound = (name: string): boolean => (bounds as readonly string[]).includes(name)

const escape = (name: string): string => name.replaceAll('~', '~0').replaceAll('/', '~1')

/** A filter that was read when it was stored. */
export function createEventFilter(stored: JsonFilter): EventFilter {
  const read = readEventFilter(stored)
  return read.kind === 'filter' ? read.filter : never
}

/**
 * Whether a type is one of those that were asked for.
 *
 * @param types with `*` at the end for any rest; null for every type
 */
export function createTypeFilter(types: readonly string[] | null): (type: string) => boolean {
  if (types === null) return () => true
  const exact = new Set(types.filter((type) => !type.endsWith('*')))
  const prefixes = types.filter((type) => type.endsWith('*')).map((type) => type.slice(0, -1))
  const fits = (type: string): boolean =>
    exact.has(type) || prefixes.some((prefix) => type.startsWith(prefix))
  return (type) => fits(type) || (type.startsWith(ownPrefix) && fits(type.slice(ownPrefix.length)))
}

const ownPrefix = 'dev.buzzer.'
