import { RE2JS } from 're2js'
import type { Meter } from './meter.ts'

/** A pattern as Ajv uses it. */
export interface Pattern {
  test(text: string): boolean
  /** Ajv keeps patterns apart by their text. */
  toString(): string
}

/** Patterns of users' schemas, on an engine whose time is linear in the text. */
export interface Patterns {
  /** Says why a pattern cannot be checked, or null where it can. */
  problemWith(source: string): string | null
  /** @throws SyntaxError where `problemWith` names a problem */
  compile(source: string): Pattern
}

const longestPattern = 2_000
const largestProgram = 10_000

/** @param meter pays for each test, by the length of the text and the size of the pattern */
export function createPatterns(meter: Meter): Patterns {
  const known = new Map<string, RE2JS | string>()

  const find = (source: string): RE2JS | string => {
    const found = known.get(source) ?? read(source)
    known.set(source, found)
    return found
  }

  return {
    problemWith(source) {
      const found = find(source)
      return typeof found === 'string' ? found : null
    },
    compile(source) {
      const found = find(source)
      if (typeof found === 'string') throw new SyntaxError(found)
      const unitsPerCharacter = 0.25 + found.programSize() / 256
      return {
        test(text) {
          meter.spend(4 + text.length * unitsPerCharacter)
          return found.test(text)
        },
        toString: () => `/${source}/`,
      }
    },
  }
}

function read(source: string): RE2JS | string {
  if (source.length > longestPattern) return `it is longer than ${longestPattern} characters`
  try {
    const pattern = RE2JS.compile(RE2JS.translateRegExp(inOwnSyntax(source)))
    return pattern.programSize() > largestProgram ? 'it is too large when written out' : pattern
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return problemIn(source, reason.replace(/^error parsing regexp: /, ''))
  }
}

/** The engine calls counts beyond its bound invalid, although they are good ones in ECMAScript. */
function problemIn(source: string, reason: string): string {
  if (!isPattern(source)) return `it is no regular expression (${reason})`
  const [, count] = /^invalid repeat count: `(.*)`$/.exec(reason) ?? []
  return count === undefined
    ? `it cannot be checked in linear time (${reason})`
    : `with ${count} it repeats something more than 1,000 times, counts within counts multiplied`
}

/** Nothing is ever matched with it, which could take exponential time. */
function isPattern(source: string): boolean {
  try {
    return new RegExp(source) instanceof RegExp
  } catch {
    return false
  }
}

/** Writes what ECMAScript spells otherwise: surrogate pairs and the long names of properties. */
const inOwnSyntax = (source: string): string =>
  source
    .replaceAll(
      /\\u(d[89ab][\da-f]{2})\\u(d[c-f][\da-f]{2})/gi,
      (_, high: string, low: string) =>
        `\\u{${codePoint(Number.parseInt(high, 16), Number.parseInt(low, 16)).toString(16)}}`,
    )
    .replaceAll(
      /\\([pP])\{(?:Script|sc|Script_Extensions|scx|General_Category|gc)=(\w+)\}/g,
      String.raw`\$1{$2}`,
    )

const codePoint = (high: number, low: number): number =>
  (high - 0xd800) * 0x400 + (low - 0xdc00) + 0x10000
