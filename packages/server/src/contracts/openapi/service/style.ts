import type { Loose } from './coerce.ts'
import { decodeForm, decodePercent } from './percent.ts'
import type { Pair } from './query-string.ts'
import type { Shape } from './shape.ts'

/** How a parameter is written (OpenAPI 3.1, 4.8.12.1). */
export interface Style {
  readonly name: string
  readonly explode: boolean
}

/** What stood in the request: a value, nothing, or something that cannot be read. */
export type Taken =
  | {
      readonly kind: 'value'
      readonly value: Loose
      /** What it is too, where what stands there can be read in two ways. */
      readonly otherwise?: Loose
    }
  | { readonly kind: 'absent' }
  | { readonly kind: 'broken'; readonly detail: string }

const absent: Taken = { kind: 'absent' }
const broken: Taken = { kind: 'broken', detail: 'its percent-encoding is broken' }

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
  if (style.explode && isKind(shape, 'object')) return members(pairs, decodePercent)
  const own = pairs.filter((pair) => pair.name === name)
  if (own.length === 0) return { kind: 'broken', detail: `must begin with ;${name}=` }
  if (style.explode && isKind(shape, 'array'))
    return list(
      own.map(({ value }) => value),
      decodePercent,
    )
  return takeDelimited(own[0]?.value ?? '', ',', { ...style, explode: false }, shape, decodePercent)
}

/** Reads values with a separator between them: `a,b`, and objects as `k,v` or, exploded, `k=v`. */
function takeDelimited(
  text: string,
  separator: string | RegExp,
  style: Style,
  shape: Shape,
  decode: Decode,
): Taken {
  if (isKind(shape, 'array')) return list(text === '' ? [] : text.split(separator), decode)
  if (!isKind(shape, 'object')) return single(text, decode)
  const parts = text === '' ? [] : text.split(separator)
  if (style.explode) {
    return members(
      parts.map((part) => {
        const at = part.indexOf('=')
        return {
          name: part.slice(0, at === -1 ? part.length : at),
          value: at === -1 ? '' : part.slice(at + 1),
        }
      }),
      decode,
    )
  }
  const pairs = parts.flatMap((name, index) =>
    index % 2 === 0 ? [{ name, value: parts[index + 1] ?? '' }] : [],
  )
  return members(pairs, decode)
}

const separators: Readonly<Record<string, string | RegExp>> = {
  form: ',',
  spaceDelimited: /%20|\+/,
  pipeDelimited: /\||%7c/i,
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
  if (style.name === 'deepObject') return takeDeep(pairs, name)
  if (style.name === 'form' && style.explode && isKind(shape, 'object')) {
    return takeSpread(pairs, shape, claimed)
  }
  const own = pairs.filter((pair) => pair.name === name)
  const [first] = own
  if (first === undefined) return absent
  const values = own.map(({ value }) => value)
  if (own.length > 1 || (style.explode && isKind(shape, 'array'))) {
    return shape.types.has('array') || shape.types.size === 0
      ? list(values, decodeForm)
      : { kind: 'broken', detail: 'stands there more than once' }
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
  if (!isKind(shape, 'array') && !isKind(shape, 'object')) return taken
  const other = takeDelimited(text, anyComma, style, shape, decodeForm)
  return other.kind === 'value' ? { ...taken, otherwise: other.value } : taken
}

function takeDeep(pairs: readonly Pair[], name: string): Taken {
  const own = pairs.filter((pair) => pair.name.startsWith(`${name}[`) && pair.name.endsWith(']'))
  if (own.length === 0) return absent
  const object: Record<string, Loose> = {}
  for (const pair of own) {
    const value = decodeForm(pair.value)
    if (value === null) return broken
    const steps = pair.name.slice(name.length + 1, -1).split('][')
    if (steps.length > 8) return { kind: 'broken', detail: 'is nested deeper than 8 levels' }
    place(object, steps, value)
  }
  return { kind: 'value', value: object }
}

/** Puts a value under its name; the same name again makes a list. */
function place(object: Record<string, Loose>, steps: readonly string[], value: string): void {
  const [step = '', ...rest] = steps
  const known = Object.hasOwn(object, step) ? object[step] : undefined
  if (rest.length > 0 && rest[0] !== '') {
    const inner: Record<string, Loose> = isMap(known) ? { ...known } : {}
    place(inner, rest, value)
    setOwn(object, step, inner)
    return
  }
  const before = known === undefined ? [] : isList(known) ? known : [known]
  setOwn(object, step, before.length === 0 && rest.length === 0 ? value : [...before, value])
}

const isList = (value: Loose): value is readonly Loose[] => Array.isArray(value)

const isMap = (value: Loose | undefined): value is Readonly<Record<string, Loose>> =>
  typeof value === 'object' && !Array.isArray(value)

/** Also where the name is `__proto__`. */
const setOwn = (object: object, name: string, value: Loose): void => {
  Object.defineProperty(object, name, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
}

function takeSpread(pairs: readonly Pair[], shape: Shape, claimed: ReadonlySet<string>): Taken {
  const own = pairs.filter(({ name }) =>
    shape.names.size > 0 ? shape.names.has(name) : !claimed.has(name),
  )
  return own.length === 0 ? absent : members(own, decodeForm)
}

/** Whether a value is of that kind and cannot be a single text. */
function isKind(shape: Shape, kind: 'array' | 'object'): boolean {
  return shape.types.has(kind) && ![...shape.types].some((type) => plainTypes.has(type))
}

const plainTypes: ReadonlySet<string> = new Set(['string', 'number', 'integer', 'boolean'])

function single(text: string, decode: Decode): Taken {
  const value = decode(text)
  return value === null ? broken : { kind: 'value', value }
}

function list(texts: readonly string[], decode: Decode): Taken {
  const values = texts.map(decode)
  return values.includes(null) ? broken : { kind: 'value', value: values as readonly string[] }
}

function members(pairs: readonly Pair[], decode: Decode): Taken {
  const object: Record<string, Loose> = {}
  for (const pair of pairs) {
    const [name, value] = [decode(pair.name), decode(pair.value)]
    if (name === null || value === null) return broken
    place(object, [name], value)
  }
  return { kind: 'value', value: object }
}
