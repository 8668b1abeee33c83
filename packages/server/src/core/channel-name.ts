const longestName = 255

/** First segments of channels that belong to Buzzer itself; no declaration stands for them. */
export const ownSegments: ReadonlySet<string> = new Set([
  'jobs',
  'operations',
  'batches',
  'presence',
  'webhooks',
])

/** Control and format characters, and what patterns and topics are made of. */
const forbidden = /[\p{C}+#*?{}]|__proto__/u
const parameter = /^\{\w+\}$/

/**
 * Reads a channel's name. Dots and slashes divide its segments and mean the same.
 *
 * @returns its segments; null for what is no name
 */
export function parseChannelName(text: string): readonly string[] | null {
  if (text.length > longestName || forbidden.test(text)) return null
  const segments = text.split(/[./]/)
  return segments.every((segment) => segment !== '') ? segments : null
}

/** Dots and slashes mean the same; what is kept and listed has dots. */
export const channelName = (name: string): string => name.replaceAll('/', '.')

/** What two declarations have in common that stand for the same names: parameters may be called anything. */
export const channelShape = (name: string): string => channelName(name).replaceAll(/\{\w+\}/g, '{}')

/** Something that stands for every name that its own, which may have parameters, fits. */
interface Named {
  readonly name: string
}

/** What a name leads to. */
export interface ChannelMatch<Channel> {
  readonly channel: Channel
  /** The name as it is written everywhere, with dots. */
  readonly name: string
}

/** Names come from outside and may be different ones for ever. */
const rememberedNames = 10_000

/**
 * Finds the declaration that a name fits; of several the one with fewer parameters, and of those
 * the one whose first parameter comes later.
 */
export function createChannelIndex<Channel extends Named>(
  channels: readonly Channel[],
): (name: string) => ChannelMatch<Channel> | null {
  const patterns = channels
    .map((channel) => ({ channel, segments: channel.name.split(/[./]/) }))
    .toSorted((a, b) => (openness(a.segments) < openness(b.segments) ? -1 : 1))
  const remembered = new Map<string, ChannelMatch<Channel> | null>()

  const find = (text: string): ChannelMatch<Channel> | null => {
    const segments = parseChannelName(text)
    // A pattern may begin with a parameter, which is not to stand for one of ours.
    if (segments === null || ownSegments.has(segments[0] ?? '')) return null
    const fitting = patterns.find((pattern) => fits(pattern.segments, segments))
    return fitting === undefined ? null : { channel: fitting.channel, name: segments.join('.') }
  }

  return (text) => {
    const known = remembered.get(text)
    if (known !== undefined) return known
    const match = find(text)
    if (remembered.size >= rememberedNames) remembered.clear()
    remembered.set(text, match)
    return match
  }
}

/** Sorts as text: how many parameters, then where they stand. */
const openness = (segments: readonly string[]): string => {
  const marks = segments.map((segment) => (parameter.test(segment) ? '1' : '0'))
  const count = marks.filter((mark) => mark === '1').length
  return `${String(count).padStart(3, '0')}${marks.join('')}`
}

const fits = (pattern: readonly string[], segments: readonly string[]): boolean =>
  pattern.length === segments.length &&
  pattern.every((part, index) => part === segments[index] || parameter.test(part))
