/** Finds out whether bytes that come piece by piece are one JSON text (RFC 8259), holding none of them. */
export interface JsonCheck {
  /** @returns false where it can be none any more */
  add(bytes: Uint8Array): boolean
  /** All of it has come. @returns whether it was one */
  end(): boolean
}

/** What may come next; null for what may not. */
type Step = (byte: number) => Step | null

/** Deeper than this readers give up too, and what is open has to be remembered. */
const deepest = 1_000

const [space, quote, plus, comma, minus, point] = [0x20, 0x22, 0x2b, 0x2c, 0x2d, 0x2e]
const [zero, nine, colon] = [0x30, 0x39, 0x3a]
const [openBracket, backslash, closeBracket] = [0x5b, 0x5c, 0x5d]
const [openBrace, closeBrace, letterU] = [0x7b, 0x7d, 0x75]
const escapes = new Set(Array.from('"\\/bfnrt', (each) => each.charCodeAt(0)))
const literals = new Map(['true', 'false', 'null'].map((word) => [word.charCodeAt(0), word]))

const isSpace = (byte: number): boolean =>
  byte === space || byte === 0x0a || byte === 0x0d || byte === 0x09
const isDigit = (byte: number): boolean => byte >= zero && byte <= nine
const isHex = (byte: number): boolean =>
  isDigit(byte) || ((byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x66)
const isExponent = (byte: number): boolean => (byte | 0x20) === 0x65

export function createJsonCheck(): JsonCheck {
  /** What closes each that is open. */
  const open: number[] = []

  const after: Step = (byte) => {
    if (isSpace(byte)) return after
    const closes = open.at(-1)
    if (byte === closes) return close()
    if (byte !== comma || closes === undefined) return null
    return closes === closeBrace ? name : value
  }
  const close = (): Step => {
    open.pop()
    return after
  }
  const enter = (closes: number, first: Step): Step | null =>
    open.push(closes) > deepest ? null : first

  const value: Step = (byte) => {
    if (isSpace(byte)) return value
    if (byte === quote) return text
    if (byte === openBrace) return enter(closeBrace, firstName)
    if (byte === openBracket) return enter(closeBracket, firstItem)
    if (byte === minus) return negative
    if (isDigit(byte)) return negative(byte)
    const word = literals.get(byte)
    return word === undefined ? null : restOf(word, 1, after)
  }
  const firstItem: Step = (byte) => {
    if (isSpace(byte)) return firstItem
    return byte === closeBracket ? close() : value(byte)
  }
  const firstName: Step = (byte) => {
    if (isSpace(byte)) return firstName
    return byte === closeBrace ? close() : name(byte)
  }
  const name: Step = (byte) => {
    if (isSpace(byte)) return name
    return byte === quote ? nameText : null
  }
  const divider: Step = (byte) => {
    if (isSpace(byte)) return divider
    return byte === colon ? value : null
  }
  const text = textBefore(after)
  const nameText = textBefore(divider)
  const negative = numberBefore(after)

  let step: Step | null = value
  return {
    add(bytes) {
      for (const byte of bytes) {
        if (step === null) return false
        step = step(byte)
      }
      return step !== null
    },
    // A number has no end of its own.
    end: () => step?.(space) === after && open.length === 0,
  }
}

/** The rest of a word of which the beginning has come. */
function restOf(word: string, from: number, next: Step): Step {
  if (from === word.length) return next
  return (byte) => (byte === word.charCodeAt(from) ? restOf(word, from + 1, next) : null)
}

/** A string behind its first quote. */
function textBefore(next: Step): Step {
  const text: Step = (byte) => {
    if (byte === quote) return next
    if (byte === backslash) return escaped
    return byte < space ? null : text
  }
  const hex = (left: number): Step =>
    left === 0 ? text : (byte) => (isHex(byte) ? hex(left - 1) : null)
  const escaped: Step = (byte) => {
    if (byte === letterU) return hex(4)
    return escapes.has(byte) ? text : null
  }
  return text
}

/** A number behind its sign. */
function numberBefore(next: Step): Step {
  const power: Step = (byte) => (isDigit(byte) ? power : next(byte))
  const firstOfPower: Step = (byte) => (isDigit(byte) ? power : null)
  const exponent: Step = (byte) =>
    byte === plus || byte === minus ? firstOfPower : firstOfPower(byte)
  const fraction: Step = (byte) => {
    if (isDigit(byte)) return fraction
    return isExponent(byte) ? exponent : next(byte)
  }
  const firstOfFraction: Step = (byte) => (isDigit(byte) ? fraction : null)
  const whole: Step = (byte) => {
    if (byte === point) return firstOfFraction
    return isExponent(byte) ? exponent : next(byte)
  }
  const digits: Step = (byte) => (isDigit(byte) ? digits : whole(byte))
  return (byte) => {
    if (byte === zero) return whole
    return isDigit(byte) ? digits : null
  }
}
