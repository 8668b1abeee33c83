import { ownSegments } from './channel-name.ts'

/** Stands for one segment; at the end, for one or more. */
const wildcard = '*'

/** Channels of Buzzer itself whose events are stored; others have nothing that could be delivered. */
const storedOwn: ReadonlySet<string> = new Set(['operations', 'webhooks'])

const segment = /^(?:\*|[^\p{C}+#*?{}]+)$/u
const longestPattern = 255

/**
 * Says what is wrong with a pattern for channels.
 *
 * @param text such as `orders.created`, `orders.*`, `operations/*`, `*`
 * @returns null where nothing is
 */
export function whyNoPattern(text: string): string | null {
  const segments = text.split(/[./]/)
  if (text.length > longestPattern) return `has more than ${longestPattern} characters`
  if (!segments.every((each) => segment.test(each))) {
    return 'is no pattern: segments divided by dots or slashes, `*` for any'
  }
  const [first = ''] = segments
  return ownSegments.has(first) && !storedOwn.has(first)
    ? `stands for channels under ${first}, whose events are not kept; use operations/*, or a callback`
    : null
}

/** @returns whether a name is one of those that the pattern stands for */
export function createChannelPattern(text: string): (name: string) => boolean {
  const pattern = text.split(/[./]/)
  const isOpen = pattern.at(-1) === wildcard
  // What Buzzer tells of itself is asked for by name.
  const isAnything = pattern[0] === wildcard
  return (name) => {
    const segments = name.split(/[./]/)
    if (isAnything && segments[0] === 'webhooks') return false
    const fits = isOpen ? segments.length >= pattern.length : segments.length === pattern.length
    return fits && pattern.every((part, index) => part === wildcard || part === segments[index])
  }
}
