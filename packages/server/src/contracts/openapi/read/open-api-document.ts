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
}

const longestChain = 16

export function createParts(document: OpenApiDocument): Parts {
  const references: References = createReferences(document.root)
  return {
    resolve(part) {
      let place = part
      for (let step = 0; step < longestChain; step += 1) {
        if (!isObject(place)) return 'is no object'
        const reference = place['$ref']
        if (typeof reference !== 'string') return place
        const found = references.find(reference, document.root)
        if (found === null) return whyNotFound(reference)
        place = found.source
      }
      return 'refers to itself without an end'
    },
  }
}

/** Goes on a sentence whose subject is what refers. */
export const whyNotFound = (reference: string): string =>
  reference.startsWith('#')
    ? `refers to ${JSON.stringify(reference)}, which is not there`
    : `refers to ${JSON.stringify(reference)} outside of the document, which is not fetched; ` +
      'bundle the document into one file'
