import { decodePercent } from './percent.ts'
import { splitFromLeft, splitFromRight } from './split-segment.ts'

/** One segment of a path template: text, a parameter, or both, as in `{id}:activate`. */
export type Segment =
  | { readonly kind: 'text'; readonly text: string }
  | {
      readonly kind: 'parameters'
      readonly names: readonly string[]
      /** The text before, between and after them: one more than there are names. */
      readonly texts: readonly string[]
    }

/** @param path an OpenAPI path template, such as `/reports/{year}.{format}` */
export const readTemplate = (path: string): readonly Segment[] =>
  path.split('/').slice(1).map(readSegment)

function readSegment(text: string): Segment {
  const parts = text.split(/\{([^{}]*)\}/)
  if (parts.length === 1) return { kind: 'text', text: canonicalSegment(text) }
  return {
    kind: 'parameters',
    names: parts.filter((_, index) => index % 2 === 1),
    texts: parts.filter((_, index) => index % 2 === 0).map(canonicalSegment),
  }
}

const plain = /^[\w.~!$&'()*+,;=:@-]*$/

/** Writes a segment as clients send it: what a path cannot hold is percent-encoded. */
export function canonicalSegment(text: string): string {
  if (plain.test(text)) return text
  const decoded = decodePercent(text)
  if (decoded === null) return text
  return encodeURIComponent(decoded.toWellFormed()).replaceAll(
    /%(?:24|26|2B|2C|3A|3B|3D|40)/g,
    (escaped) => decodeURIComponent(escaped),
  )
}

/**
 * Matches a segment as received, in time linear in it: each parameter takes as little as it can, the
 * last one the rest.
 *
 * @returns the values by their names, percent-encoded as they came; null where it does not match
 */
export function matchSegment(
  { names, texts }: Segment & { kind: 'parameters' },
  received: string,
): ReadonlyMap<string, string> | null {
  const spans = splitFromLeft(texts, received)
  if (spans === null) return null
  return new Map(
    names.map((name, index) => [name, received.slice(...(spans[index] ?? [0, 0]))] as const),
  )
}

type Parameters = Segment & { kind: 'parameters' }

/**
 * Orders segments with parameters: those with more text of their own are tried first, then those
 * that begin with it, so that the order of a document does not matter.
 */
export function compareSegments(a: Parameters, b: Parameters): number {
  const [first, second] = [outlineOf(a), outlineOf(b)]
  const longer = textLength(b) - textLength(a)
  return longer === 0 ? Number(first > second) - Number(first < second) : longer
}

/** A segment without the names of its parameters, which do not tell templates apart. */
export const outlineOf = ({ texts }: Parameters): string => texts.join('{}')

const textLength = ({ texts }: Parameters): number =>
  texts.reduce((sum, text) => sum + text.length, 0)

/**
 * The parameters of a path that is known to match its template.
 *
 * @param received the segments of the path, percent-encoded as they came
 */
export function bindSegments(
  template: readonly Segment[],
  received: readonly string[],
): ReadonlyMap<string, string> {
  const values = new Map<string, string>()
  for (const [index, segment] of template.entries()) {
    if (segment.kind === 'text') continue
    for (const [name, value] of matchSegment(segment, received[index] ?? '') ?? []) {
      values.set(name, value)
    }
  }
  return values
}

/**
 * The parameters of a path that another part of it could belong to just as well, as in
 * `{page}{ext}`: only the API knows where one ends and the next begins.
 *
 * @param received the segments of a path that is known to match
 */
export function uncertainNames(
  template: readonly Segment[],
  received: readonly string[],
): ReadonlySet<string> {
  const uncertain = new Set<string>()
  for (const [index, segment] of template.entries()) {
    if (!isAmbiguous(segment)) continue
    const text = received[index] ?? ''
    const left = splitFromLeft(segment.texts, text)
    const right = splitFromRight(segment.texts, text)
    for (const [at, name] of segment.names.entries()) {
      if (left?.[at]?.join() !== right?.[at]?.join()) uncertain.add(name)
    }
  }
  return uncertain
}

/** Whether a segment has several parameters, so that some texts can be split in several ways. */
export const isAmbiguous = (segment: Segment): segment is Parameters =>
  segment.kind === 'parameters' && segment.names.length > 1
