import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { valuesOf } from './coerce.ts'
import { parentIn } from './json-body.ts'
import { essenceOf, isJson } from './media-type.ts'
import type { Pair } from './query-string.ts'
import type { Shape } from './shape.ts'
import { takePairs, type Style } from './style.ts'
import { eitherOf, type Taken } from './taken.ts'

/** All the values that a field may mean, the likeliest first; or why it cannot be read. */
export type ReadField =
  | { readonly kind: 'values'; readonly values: Iterator<unknown, void> }
  | { readonly kind: 'broken'; readonly detail: string }

/**
 * Reads one field of a form.
 *
 * @param own its pairs, at least one
 * @param encoding what the media type says of it; undefined where that is nothing
 */
export function readField(
  own: readonly Pair[],
  name: string,
  encoding: unknown,
  shape: Shape,
): ReadField {
  const taken = takeField(own, name, encoding, shape)
  if (taken.kind === 'broken') return taken
  const readings = taken.kind === 'value' ? taken.readings : ['']
  return { kind: 'values', values: valuesOf(readings, shape, 'json') }
}

export function styleOf(encoding: unknown): Style {
  const declared = isObject(encoding) ? encoding : {}
  const name = typeof declared['style'] === 'string' ? declared['style'] : 'form'
  const explode = typeof declared['explode'] === 'boolean' ? declared['explode'] : name === 'form'
  return { name, explode }
}

const knownStyles: ReadonlySet<string> = new Set([
  'form',
  'spaceDelimited',
  'pipeDelimited',
  'tabDelimited',
  'deepObject',
])

/** The fields whose style is not understood, with that style; their values are not checked. */
export const unreadFields = (media: JsonObject): ReadonlyMap<string, string> =>
  new Map(
    Object.entries(isObject(media['encoding']) ? media['encoding'] : {})
      .map(([name, encoding]) => [name, styleOf(encoding).name] as const)
      .filter(([, style]) => !knownStyles.has(style)),
  )

/** Whether a media type says that an object is spread out: each of its members is a field then. */
export const isSpread = (encoding: unknown): boolean => {
  if (!isObject(encoding) || encoding['contentType'] !== undefined) return false
  const { name, explode } = styleOf(encoding)
  return (
    Object.keys(encoding).some((key) => /^(?:style|explode)$/.test(key)) &&
    name === 'form' &&
    explode
  )
}

const noClaims: ReadonlySet<string> = new Set()

function takeField(own: readonly Pair[], name: string, encoding: unknown, shape: Shape): Taken {
  const style = styleOf(encoding)
  const type = isObject(encoding) ? encoding['contentType'] : undefined
  const isJsonText = typeof type === 'string' && isJson(essenceOf(type))
  const asText = takePairs(own, name, repeated, textual(shape), noClaims)
  const isRepeated = isJsonText || (style.name === 'form' && style.explode)
  if (isRepeated && asText.kind !== 'absent') return asText
  const asStyle = takePairs(own, name, style, shape, noClaims)
  // Many send a list or an object as JSON, whatever the document says of its style.
  return isJsonParent(asText) ? eitherOf([asStyle, asText]) : asStyle
}

const repeated: Style = { name: 'form', explode: true }

/** A field that holds one text, whatever that means, or several where it is a list. */
const textual = (shape: Shape): Shape => ({
  ...shape,
  types: new Set(['string', ...arrayOf(shape)]),
})

const arrayOf = ({ types }: Shape): readonly 'array'[] =>
  types.has('array') || types.size === 0 ? ['array'] : []

function isJsonParent(taken: Taken): boolean {
  const [text] = taken.kind === 'value' ? taken.readings : []
  return typeof text === 'string' && parentIn(text) !== null
}
