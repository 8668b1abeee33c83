import { isParent } from '@buzzer/contract'

/** An event as its JSON says it. */
export type EventObject = Readonly<Record<string, unknown>>

/** Where something stands in an event: an attribute by its name, or a JSON Pointer (RFC 6901). */
export type EventPlacePath = readonly string[]

const attribute = /^[a-z0-9]{1,64}$/
const longestPlace = 512

/**
 * @param text such as `type`, `subject` or `/data/customer/name`
 * @returns null where it is neither an attribute nor a pointer
 */
export function parseEventPlace(text: string): EventPlacePath | null {
  if (attribute.test(text)) return [text]
  if (!text.startsWith('/') || text.length > longestPlace || /~(?![01])/.test(text)) return null
  return text
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'))
}

/** What stands there; undefined where nothing does. Only what the event itself has is seen. */
export function valueAt(event: EventObject, path: EventPlacePath): unknown {
  let value: unknown = event
  for (const part of path) {
    if (!isParent(value) || !Object.hasOwn(value, part)) return undefined
    value = (value as EventObject)[part]
  }
  return value
}
