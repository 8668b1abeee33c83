import { connectionHeaders } from './connection-headers.ts'

/** Headers that an endpoint may not have of its own. */
const ours: ReadonlySet<string> = new Set([...connectionHeaders, 'content-encoding'])

const token = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]{1,256}$/
// Visible characters, spaces, tabs and the upper half of Latin-1 (RFC 9110, section 5.5).
const fieldValue = /^[\t\u0020-\u007e\u0080-\u00ff]*$/
const mostHeaders = 20
const mostBytes = 8_192

/**
 * Why an endpoint cannot have these headers of its own. A media type or a `User-Agent` in place of
 * ours is as good as any.
 *
 * @returns a sentence for a person; null where they are fine
 */
export function whyNoHeaders(headers: Readonly<Record<string, string>>): string | null {
  const pairs = Object.entries(headers)
  if (pairs.length > mostHeaders) return `There are more than ${mostHeaders} headers.`
  const size = pairs.reduce((sum, [name, value]) => sum + name.length + value.length + 4, 0)
  if (size > mostBytes) return `The headers are larger than ${mostBytes} bytes in all.`
  const seen = new Set<string>()
  for (const [name, value] of pairs) {
    const key = name.toLowerCase()
    const why = seen.has(key) ? 'stands there twice.' : whyNoHeader(name, value)
    if (why !== null) return `The header ${JSON.stringify(name)} ${why}`
    seen.add(key)
  }
  return null
}

/** Whether an endpoint may have a header of this name of its own. */
export function mayBeOwn(name: string): boolean {
  const key = name.toLowerCase()
  return !ours.has(key) && !key.startsWith('webhook-')
}

function whyNoHeader(name: string, value: string): string | null {
  if (!token.test(name)) return 'has no name that a header can have.'
  if (!mayBeOwn(name)) return 'is written by Buzzer itself.'
  return fieldValue.test(value)
    ? null
    : 'has a line break or another character that cannot be sent.'
}
