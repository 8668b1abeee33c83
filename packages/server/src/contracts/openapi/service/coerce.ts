import { isDeepStrictEqual } from 'node:util'
import { parentIn } from './json-body.ts'
import { isKind, type Shape } from './shape.ts'

/** What a parameter holds before its types are known. */
export type Loose = string | readonly Loose[] | { readonly [name: string]: Loose }

/**
 * What texts are taken for where the schema leaves a choice: what they look like, the texts that
 * they are, or the only items of their lists.
 */
type Way = 'likely' | 'text' | 'item'

const ways: readonly Way[] = ['likely', 'text', 'item']

/** Whether objects and lists may stand there as JSON, as they do in the fields of forms. */
type Nested = 'json' | 'no-json'

interface Manner {
  readonly way: Way
  readonly nested: Nested
}

/**
 * All the values that a parameter may mean, the likeliest first. A request is right where one of
 * them fits the schema; each is made only when those before it do not.
 */
export function* valuesOf(
  readings: readonly Loose[],
  shape: Shape,
  nested: Nested,
): Generator<unknown, void> {
  const known: unknown[] = []
  for (const reading of readings) {
    for (const way of ways) {
      const value = coerce(reading, shape, { way, nested })
      if (known.some((other) => isDeepStrictEqual(other, value))) continue
      known.push(value)
      yield value
    }
  }
}

/**
 * Reads texts as what the schema means them to be. A text that cannot be read so stays a text, which
 * the schema then refuses with a reason.
 */
function coerce(value: Loose, shape: Shape, manner: Manner): unknown {
  if (typeof value === 'string') return coerceText(value, shape, manner)
  if (isList(value)) return coerceItems(value, shape, manner)
  if (isMeantAsList(value, shape, manner)) return coerceItems(itemsOf(value), shape, manner)
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      name,
      coerce(member, shape.member(name), manner),
    ]),
  )
}

const isList = (value: Loose): value is readonly Loose[] => Array.isArray(value)

function coerceItems(values: readonly Loose[], shape: Shape, manner: Manner): readonly unknown[] {
  const items = shape.items()
  return values.map((value) => coerce(value, items, manner))
}

type Members = Readonly<Record<string, Loose>>

/** Members such as `name[0]` are those of a list, or of an object with such names. */
function isMeantAsList(value: Members, shape: Shape, manner: Manner): boolean {
  if (!shape.types.has('array') || !Object.keys(value).every((name) => /^\d{0,9}$/.test(name))) {
    return false
  }
  return !shape.types.has('object') || manner.way !== 'item'
}

/** Names that are numbers come in their order by themselves. */
const itemsOf = (value: Members): readonly Loose[] =>
  Object.entries(value).flatMap(([name, item]) => (name === '' && isList(item) ? item : [item]))

const number = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

function coerceText(text: string, shape: Shape, manner: Manner): unknown {
  const { types } = shape
  const { way } = manner
  if (isNull(text, types, way)) return null
  const parent = way === 'likely' ? parentOf(text, types, manner) : null
  if (parent !== null) return parent
  // A text is the one item of a list, never of a list in a list: schemas may nest without an end.
  return types.has('array') && (way === 'item' || isKind(shape, 'array'))
    ? [coerceItem(text, shape.items().types, manner)]
    : coerceWord(text, types, manner)
}

type Types = Shape['types']

function coerceItem(text: string, types: Types, manner: Manner): unknown {
  if (isNull(text, types, manner.way)) return null
  return parentOf(text, types, manner) ?? coerceWord(text, types, manner)
}

const isNull = (text: string, types: Types, way: Way): boolean =>
  way !== 'text' && types.has('null') && (text === 'null' || (text === '' && !types.has('string')))

function parentOf(text: string, types: Types, { way, nested }: Manner): object | null {
  const parent = nested === 'json' && way !== 'text' ? parentIn(text) : null
  return parent !== null && types.has(Array.isArray(parent) ? 'array' : 'object') ? parent : null
}

function coerceWord(text: string, types: Types, { way }: Manner): unknown {
  if (way === 'text') return text
  if ((types.has('number') || types.has('integer')) && number.test(text)) return Number(text)
  return types.has('boolean') && (text === 'true' || text === 'false') ? text === 'true' : text
}
