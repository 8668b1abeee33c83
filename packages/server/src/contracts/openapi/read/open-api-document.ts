import type { Dialect } from '../../schema/dialect.ts'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { createReferences, type References } from '../../schema/references.ts'

/** An OpenAPI document that is understood, 3.0 to 3.2. */
export interface OpenApiDocument {
  readonly version: '3.0' | '3.1' | '3.2'
  readonly title: string
  readonly root: JsonObject
  /** How its schemas are written. */
  readonly dialect: Dialect
  /** What was not understood, of the document as a whole. */
  readonly notes: readonly string[]
}

/** Follows references between the parts of a document that are no schemas. */
export interface Parts {
  /**
   * @returns the object itself or what it refers to; a sentence where that is not in the document
   */
  resolve(part: unknown): JsonObject | string
  /** @returns the object and all that it refers to, one after the other; a sentence where one is not there */
  chain(part: unknown): readonly (JsonObject | string)[]
}

const longestChain = 16

export function createParts(document: OpenApiDocument): Parts {
  const references: References = createReferences(document.root)
  const chain = (part: unknown): readonly (JsonObject | string)[] => {
    const links: (JsonObject | string)[] = []
    let place = part
    while (links.length < longestChain) {
      if (!isObject(place)) return [...links, 'is no object']
      links.push(place)
      const reference = place['$ref']
      if (typeof reference !== 'string') return links
      const found = references.find(reference, document.root)
      if (found === null) return [...links, whyNotFound(reference)]
      place = found.source
    }
    return [...links, 'refers to itself without an end']
  }
  return { chain, resolve: (part) => chain(part).at(-1) ?? 'is no object' }
}

/** Goes on a sentence whose subject is what refers. */
export const whyNotFound = (reference: string): string =>
  reference.startsWith('#')
    ? `refers to ${JSON.stringify(reference)}, which is not there`
    : `refers to ${JSON.stringify(reference)} outside of the document, which is not fetched; ` +
      'bundle the document into one file'
