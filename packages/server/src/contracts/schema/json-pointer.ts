/** Any JSON object, before anything is known of it. */
export type JsonObject = Readonly<Record<string, unknown>>

export const isObject = (value: unknown): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** Writes one step of a JSON Pointer (RFC 6901). */
export const escapeStep = (step: string): string => step.replaceAll('~', '~0').replaceAll('/', '~1')

const unescapeStep = (step: string): string => step.replaceAll('~1', '/').replaceAll('~0', '~')

/**
 * Follows a JSON Pointer.
 *
 * @param pointer as a URI fragment without its `#`, percent-encoded or not
 * @returns undefined where it leads nowhere
 */
export function follow(root: unknown, pointer: string): unknown {
  if (pointer === '') return root
  if (!pointer.startsWith('/')) return undefined
  let place: unknown = root
  for (const step of decode(pointer).slice(1).split('/').map(unescapeStep)) {
    if (typeof place !== 'object' || place === null || !Object.hasOwn(place, step)) return undefined
    place = (place as JsonObject)[step]
  }
  return place
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
