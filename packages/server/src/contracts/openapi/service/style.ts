import type { Loose } from './coerce.ts'
import { takeDeep } from './deep-object.ts'
import { decodeForm, decodePercent } from './percent.ts'
import type { Pair } from './query-string.ts'
import { isKind, type Shape } from './shape.ts'
import { absent, broken, eitherOf, type Taken } from './taken.ts'

/** How a parameter is written (OpenAPI 3.1, 4.8.12.1). */
export interface Style {
  readonly name: string
  readonly explode: boolean
}

type Decode = (text: string) => string | null

/** Reads a value of a path or a header. @param text as received */
export function takeText(text: string, name: string, style: Style, shape: Shape): Taken {
  const decode = decodePercent
  switch (style.name) {
    case 'label':
      return takeDelimited(text.replace(/^\./, ''), style.explode ? '.' : ',', style, shape, decode)
    case 'matrix':
      return takeMatrix(text, name, style, shape)
    default:
      return takeDelimited(text, ',', style, shape, decode)
  }
}

/** Reads a header's value, which has no percent-encoding. */
export const takeHeader = (text: string, style: Style, shape: Shape): Taken =>
  takeDelimited(text, ',', style, shape, (part) => part.trim())

function takeMatrix(text: string, name: string, style: Style, shape: Shape): Taken {
  const pairs = text
    .split(';')
    .slice(1)
    .map((part) => {
      const at = part.indexOf('=')
      return at === -1
        ? { name: part, value: '' }
        : { name: part.slice(0, at), value: part.slice(at + 1) }
    })
  const own = pairs.filter((pair) => pair.name === name)
  if (style.explode && shape.types.has('object') && (isKind(shape, 'object') || own.length === 0)) {
    return members(pairs, decodePercent)
  }
  if (own.length === 0) return { kind: 'broken', detail: `must begin with ;${name}=` }
  if (style.explode && shape.types.has('array') && (isKind(shape, 'array') || own.length > 1)) {
    const values = own.map(({ value }) => value)
    return list(values, decodePercent)
  }
  return takeDelimited(own[0]?.value ?? '', ',', { ...style, explode: false }, shape, decodePercent)
}

/**
 * Reads values with a separator between them: `a,b`, and objects as `k,v` or, exploded, `k=v`. What
 * may be a plain value too, as in "a name or a list of names", is read as either.
 */
function takeDelimited(
  text: string,
  separator: string | RegExp,
  style: Style,
  shape: Shape,
  decode: Decode,
): Taken {
  const isPlain = !isKind(shape, 'array') && !isKind(shape, 'object')
  const parts = text === '' ? [] : text.split(separator)
  return eitherOf([
    ...(isPlain ? [single(text, decode)] : []),
    ...(shape.types.has('array') ? [list(parts, decode)] : []),
    ...(shape.types.has('object') ? [members(pairsOf(parts, style), decode)] : []),
  ])
}

function pairsOf(parts: readonly string[], { explode }: Style): readonly Pair[] {
  if (!explode) {
    return parts.flatMap((name, index) =>
      index % 2 === 0 ? [{ name, value: parts[index + 1] ?? '' }] : [],
    )
  }
  return parts.map((part) => {
    const at = part.indexOf('=')
    return {
      name: part.slice(0, at === -1 ? part.length : at),
      value: at === -1 ? '' : part.slice(at + 1),
    }
  })
}

const separators: Readonly<Record<string, string | RegExp>> = {
  form: ',',
  spaceDelimited: /%20|\+/,
  pipeDelimited: /\||%7c/i,
  // Swagger 2.0 has it for the fields of forms.
  tabDelimited: /%09|\t/,
}

/**
 * Reads a value from the pairs of a query or a form.
 *
 * @param claimed names of the other parameters, which a spread-out object does not hold
 */
export function takePairs(
  pairs: readonly Pair[],
  name: string,
  style: Style,
  shape: Shape,
  claimed: ReadonlySet<string>,
): Taken {
  if (style.name !== 'deepObject') return takeNamed(pairs, name, style, shape, claimed)
  const deep = takeDeep(pairs, name, claimed)
  const isOnlyObject = isKind(shape, 'object') && !shape.types.has('array')
  // Where the schema takes a plain value or a list too, that is written as everywhere.
  return deep.kind !== 'absent' || isOnlyObject
    ? deep
    : takeRepeated(ownOf(pairs, name), { name: 'form', explode: true }, shape)
}

const ownOf = (pairs: readonly Pair[], name: string): readonly Pair[] =>
  pairs.filter((pair) => pair.name === name)

function takeNamed(
  pairs: readonly Pair[],
  name: string,
  style: Style,
  shape: Shape,
  claimed: ReadonlySet<string>,
): Taken {
  const own = ownOf(pairs, name)
  if (style.name === 'form' && style.explode && shape.types.has('object')) {
    if (isKind(shape, 'object')) return takeSpread(pairs, shape, claimed)
    if (own.length === 0 && shape.names.size > 0) return takeSpread(pairs, shape, claimed)
  }
  return takeRepeated(own, style, shape)
}

/** Reads what stands under one name, once or more often. */
function takeRepeated(own: readonly Pair[], style: Style, shape: Shape): Taken {
  const [first] = own
  if (first === undefined) return absent
  if (own.length > 1) {
    const values = own.map(({ value }) => value)
    return shape.types.has('array') || shape.types.size === 0
      ? list(values, decodeForm)
      : { kind: 'broken', detail: 'stands there more than once' }
  }
  // What is exploded has no separators of its own, since a list repeats its name.
  if (style.explode && (style.name === 'form' || shape.types.has('array'))) {
    return single(first.value, decodeForm)
  }
  const taken = takeDelimited(first.value, separators[style.name] ?? ',', style, shape, decodeForm)
  return style.name === 'form' ? withEncodedCommas(taken, first.value, style, shape) : taken
}

const anyComma = /,|%2c/i

/**
 * An encoded comma is one within a value (RFC 6570, section 3.2.8), but clients that build their
 * query with `URLSearchParams` and its like encode those between the values too.
 */
function withEncodedCommas(taken: Taken, text: string, style: Style, shape: Shape): Taken {
  if (taken.kind !== 'value' || !/%2c/i.test(text)) return taken
  if (!shape.types.has('array') && !shape.types.has('object')) return taken
  return eitherOf([takeDelimited(text, anyComma, style, shape, decodeForm), taken])
}

function takeSpread(pairs: readonly Pair[], shape: Shape, claimed: ReadonlySet<string>): Taken {
  const own = pairs.filter(({ name }) =>
    shape.names.size > 0 ? shape.names.has(name) : !claimed.has(name),
  )
  return own.length === 0 ? absent : members(own, decodeForm)
}

function single(text: string, decode: Decode): Taken {
  const value = decode(text)
  return value === null ? broken : { kind: 'value', readings: [value] }
}

function list(texts: readonly string[], decode: Decode): Taken {
  const values = texts.map(decode)
  return values.includes(null) ? broken : { kind: 'value', readings: [values as readonly string[]] }
}

/** An object of texts; the same name again makes a list. */
function members(pairs: readonly Pair[], decode: Decode): Taken {
  const texts = new Map<string, string[]>()
  for (const pair of pairs) {
    const [name, value] = [decode(pair.name), decode(pair.value)]
    if (name === null || value === null) return broken
    const known = texts.get(name)
    if (known === undefined) texts.set(name, [value])
    else known.push(value)
  }
  const object = Object.fromEntries(
    [...texts].map(([name, values]): readonly [string, Loose] => {
      const [only] = values
      return [name, values.length === 1 && only !== undefined ? only : values]
    }),
  )
  return { kind: 'value', readings: [object] }
}
