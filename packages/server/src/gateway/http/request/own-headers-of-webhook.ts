import { whyNoHeaders } from '../../../core/endpoint-headers.ts'
import type { Headers } from '../../../core/payload.ts'
import { isSecretive, mask } from '../../masked-headers.ts'
import { isMembers, pointerPart, type Refuse } from './json-object.ts'

interface Known {
  /** What holds where nothing is said. */
  readonly before: Headers
  /** Whose values stand behind the masks that are shown of them. */
  readonly masked: Headers
}

/** Null for a header removes it; one that comes back as it was shown stays as it is. */
export function readOwnHeaders(value: unknown, { before, masked }: Known, refuse: Refuse): Headers {
  if (value === undefined || value === null) return value === null ? [] : before
  if (!isMembers(value)) {
    refuse('/headers', 'has to be an object of names and texts')
    return before
  }
  const headers = new Map(before)
  const behind = new Map(masked)
  for (const [name, text] of Object.entries(value)) {
    const key = name.toLowerCase()
    const known = behind.get(key)
    const isShown = text === mask && isSecretive(key, known ?? '')
    const read = isShown ? known : text
    if (read === null) headers.delete(key)
    else if (typeof read === 'string') headers.set(key, read)
    else refuse(`/headers/${pointerPart(name)}`, text === mask ? maskOfNothing : 'has to be text')
  }
  const why = whyNoHeaders(Object.fromEntries(headers))
  if (why !== null) refuse('/headers', why)
  return [...headers]
}

const maskOfNothing = `has no value yet that could stay; send the value itself, not ${mask}`
