import { follow, isObject, type JsonObject } from '../../schema/json-pointer.ts'

/** An AsyncAPI document that is understood, 2.0 to 3.1. */
export interface AsyncApiDocument {
  /** How it is made: since 3, operations stand beside channels. */
  readonly version: 2 | 3
  readonly title: string
  readonly root: JsonObject
}

/** Thrown where a document is broken; its message says where. */
export class BrokenDocument extends Error {
  override readonly name = 'BrokenDocument'
}

/** A part of a document, or a sentence about one that is elsewhere. */
export type Part =
  | { readonly kind: 'here'; readonly value: JsonObject; readonly pointer: string }
  | { readonly kind: 'elsewhere'; readonly detail: string }

const longestChain = 16

/**
 * Follows references between the parts of a document that are no schemas; nothing is fetched.
 *
 * @param pointer where the part stands, as a JSON Pointer
 * @throws BrokenDocument where it is no object, or refers to nothing
 */
export function resolvePart(root: JsonObject, part: unknown, pointer: string): Part {
  let place = part
  let at = pointer
  for (let step = 0; step < longestChain; step += 1) {
    if (!isObject(place)) throw new BrokenDocument(`${at} must be an object`)
    const { $ref } = place
    if (typeof $ref !== 'string') return { kind: 'here', value: place, pointer: at }
    const fragment = fragmentOf($ref)
    if (fragment === null) {
      const detail = `refers to ${JSON.stringify($ref)} outside of the document, which is not fetched`
      return { kind: 'elsewhere', detail }
    }
    const found = follow(root, fragment)
    if (found === undefined)
      throw new BrokenDocument(`${at} refers to ${JSON.stringify($ref)}, which is not there`)
    place = found
    at = fragment
  }
  throw new BrokenDocument(`${pointer} refers to itself without an end`)
}

/** Null where a reference leads out of the document. */
const fragmentOf = (reference: string): string | null =>
  reference.startsWith('#') ? reference.slice(1) : null

/** The members of a part that must be an object, if it is there. */
export function membersAt(
  value: unknown,
  pointer: string,
): readonly (readonly [string, unknown])[] {
  if (value === undefined || value === null) return []
  if (!isObject(value)) throw new BrokenDocument(`${pointer} must be an object`)
  return Object.entries(value)
}
