import type { Shape } from './shape.ts'

/** What a parameter holds before its types are known. */
export type Loose = string | readonly Loose[] | { readonly [name: string]: Loose }

const number = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i

/**
 * Reads texts as what the schema means them to be. A text that cannot be read so stays a text, which
 * the schema then refuses with a reason.
 */
export function coerce(value: Loose, shape: Shape): unknown {
  if (typeof value === 'string') return coerceText(value, shape)
  if (isList(value)) return value.map((item) => coerce(item, shape.items()))
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, coerce(member, shape.member(name))]),
  )
}

const isList = (value: Loose): value is readonly Loose[] => Array.isArray(value)

function coerceText(text: string, { types }: Shape): unknown {
  if (types.has('number') || types.has('integer')) {
    if (number.test(text)) return Number(text)
  }
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true'
  if (types.has('null') && (text === 'null' || (text === '' && !types.has('string')))) return null
  return text
}
