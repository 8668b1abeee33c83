/** Where a value stands in a text, in bytes; `end` exclusive. */
interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Finds what its caller wrote as `input` of a call that is an object: its bytes are kept, as those of
 * a body are that is the input itself, so that no digit of a large number is lost and both are the
 * same request to an idempotency key.
 *
 * @param json UTF-8 that is known to parse
 * @returns a copy; null where there is none
 */
export const inputText = (json: Uint8Array): Uint8Array | null => inputAt(json, spaceEnd(json, 0))

/**
 * The same for each of the `jobs` of a batch.
 *
 * @returns copies, in the order of the jobs; null where a job has no input
 */
export function inputTexts(json: Uint8Array): readonly (Uint8Array | null)[] {
  const jobs = memberOf(json, spaceEnd(json, 0), 'jobs')
  if (jobs === null) return []
  return elementsOf(json, jobs.start).map(({ start }) => inputAt(json, start))
}

function inputAt(json: Uint8Array, start: number): Uint8Array | null {
  const input = json[start] === openBrace ? memberOf(json, start, 'input') : null
  // A buffer of Node's would give a view, which keeps all the rest in memory.
  return input === null ? null : Uint8Array.prototype.slice.call(json, input.start, input.end)
}

const quote = 0x22
const comma = 0x2c
const colon = 0x3a
const openBracket = 0x5b
const backslash = 0x5c
const closeBracket = 0x5d
const openBrace = 0x7b
const closeBrace = 0x7d

/** The last one of that name: where there are two, that is the one that counts. */
function memberOf(json: Uint8Array, brace: number, name: string): Span | null {
  let found: Span | null = null
  let at = spaceEnd(json, brace + 1)
  while (json[at] === quote) {
    const nameEnd = stringEnd(json, at)
    const start = spaceEnd(json, pastColon(json, nameEnd))
    const end = valueEnd(json, start)
    if (isNamed(json, at, nameEnd, name)) found = { start, end }
    at = next(json, end)
  }
  return found
}

function elementsOf(json: Uint8Array, bracket: number): readonly Span[] {
  const found: Span[] = []
  let start = spaceEnd(json, bracket + 1)
  while (start < json.byteLength && json[start] !== closeBracket) {
    const end = valueEnd(json, start)
    found.push({ start, end })
    start = next(json, end)
  }
  return found
}

/** Names may be written with escapes. */
const isNamed = (json: Uint8Array, start: number, end: number, name: string): boolean =>
  JSON.parse(Buffer.from(json.subarray(start, end)).toString()) === name

const pastColon = (json: Uint8Array, at: number): number => {
  const found = spaceEnd(json, at)
  return json[found] === colon ? found + 1 : found
}

/** Where the next member or element begins, or what closes them stands. */
const next = (json: Uint8Array, end: number): number => {
  const found = spaceEnd(json, end)
  return json[found] === comma ? spaceEnd(json, found + 1) : found
}

function spaceEnd(json: Uint8Array, from: number): number {
  let at = from
  for (let byte = json[at]; byte !== undefined && byte <= 0x20; byte = json[at]) at += 1
  return at
}

function stringEnd(json: Uint8Array, from: number): number {
  let at = from + 1
  while (at < json.byteLength && json[at] !== quote) at += json[at] === backslash ? 2 : 1
  return at + 1
}

function valueEnd(json: Uint8Array, from: number): number {
  const first = json[from]
  if (first === quote) return stringEnd(json, from)
  if (first === openBrace || first === openBracket) return nestedEnd(json, from)
  let at = from
  for (let byte = json[at]; byte !== undefined && !endsScalar(byte); byte = json[at]) at += 1
  return at
}

const endsScalar = (byte: number): boolean =>
  byte <= 0x20 || byte === comma || byte === closeBrace || byte === closeBracket

/** Counts brackets outside strings, without recursion. */
function nestedEnd(json: Uint8Array, from: number): number {
  let depth = 0
  for (let at = from; at < json.byteLength; at += 1) {
    const byte = json[at]
    if (byte === quote) at = stringEnd(json, at) - 1
    else if (byte === openBrace || byte === openBracket) depth += 1
    else if (byte === closeBrace || byte === closeBracket) depth -= 1
    if (depth === 0) return at + 1
  }
  return json.byteLength
}
