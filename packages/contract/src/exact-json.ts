/** JSON as it was sent, of which JavaScript has the value. */

interface Context {
  readonly source?: string
}

/** Numbers that JavaScript's may not hold, or would write otherwise; text that looks so does no harm. */
const suspicious =
  /(?:^|[:[,])\s*-?(?:0(?![.\d])(?<=-0)|\d[\d.]{15}|\d+(?:[eE]|\.\d*?(?:[eE]|0(?!\d))))/

/** Of ECMAScript's `JSON.parse` source text access, which Node 20 and older browsers lack. */
const { rawJSON, isRawJSON } = JSON as unknown as {
  rawJSON?(text: string): unknown
  isRawJSON?(value: unknown): boolean
}

const keep = (_name: string, value: unknown, context?: Context): unknown => {
  const source = context?.source
  if (typeof value !== 'number' || source === undefined || String(value) === source) return value
  return rawJSON?.(source) ?? value
}

/**
 * The same value to be written on: in what `JSON.stringify` makes of it numbers are as they were
 * sent, and of a name that stood twice the last is left, which is what was checked.
 *
 * @param text what `value` was parsed from
 */
export const exactly = (text: string, value: unknown): unknown =>
  suspicious.test(text) ? (JSON.parse(text, keep as (name: string) => unknown) as unknown) : value

/**
 * Parses JSON that is written on with `exactly` its numbers.
 *
 * @throws SyntaxError where it is none
 */
export const parseExactly = (text: string): unknown => exactly(text, JSON.parse(text))

/** Whether it has members; a number that is kept as it was sent is an object only to JavaScript. */
export const isParent = (value: unknown): value is object =>
  typeof value === 'object' && value !== null && isRawJSON?.(value) !== true
