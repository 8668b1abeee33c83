import type { HmacScheme } from '../../core/hook.ts'
import type { HookMessage, Verdict, VerifiedHook } from '../../ports/hooks.ts'
import { anyMatches, hmac, optionalHeader, readHeader, refused, untimely } from './signature.ts'

/** An HMAC in a header, over the body or over text that the body is part of. */
export const createHmacHeader =
  (scheme: HmacScheme): VerifiedHook['verify'] =>
  (message, now) => {
    const { header, prefix, secrets, encoding } = scheme
    const signature = readHeader(message, header)
    if (!('value' in signature)) return refused(signature.kind, header)
    const facts = readFacts(scheme, message, now)
    if (facts.kind === 'refused') return facts
    if (!signature.value.startsWith(prefix)) return refused('unreadable', header)
    const given = signature.value.slice(prefix.length)
    const signed = partsOf(scheme.content, facts, message.body)
    const expected = secrets.map((secret) =>
      hmac(scheme.algorithm, secret, signed).toString(encoding),
    )
    const isOurs = anyMatches([encoding === 'hex' ? given.toLowerCase() : given], expected)
    return isOurs ? facts : refused('no-match')
  }

type Facts = Extract<Verdict, { kind: 'verified' }>

/** What stands beside the signature, and may be signed with the body. */
function readFacts(scheme: HmacScheme, message: HookMessage, now: number): Verdict {
  const id = readId(scheme, message)
  if (typeof id === 'object' && id !== null) return id
  if (scheme.timestamp === null) return { kind: 'verified', id, timestamp: null }
  const { header, unitMs } = scheme.timestamp
  const timestamp = readHeader(message, header)
  if (!('value' in timestamp)) return refused(timestamp.kind, header)
  const late = untimely(timestamp.value, unitMs, { now, toleranceMs: scheme.toleranceMs, header })
  return late ?? { kind: 'verified', id, timestamp: timestamp.value }
}

/** An id that is signed has to be there; any other only makes out what was sent before. */
function readId({ id, content }: HmacScheme, message: HookMessage): string | null | Verdict {
  if (id === null) return null
  if (!content.includes('{id}')) return optionalHeader(message, id)
  const read = readHeader(message, id)
  return 'value' in read ? read.value : refused(read.kind, id)
}

/** Filled in one pass, so that nothing of what is filled in can be a place itself. */
const partsOf = (
  content: string,
  { id, timestamp }: Facts,
  body: Uint8Array,
): readonly (string | Uint8Array)[] =>
  content.split(/(\{(?:body|timestamp|id)\})/).map((part) => {
    if (part === '{body}') return body
    if (part === '{timestamp}') return bytesOf(timestamp)
    return part === '{id}' ? bytesOf(id) : part
  })

/** A header came as bytes, each one a character here. */
const bytesOf = (header: string | null): Uint8Array => Buffer.from(header ?? '', 'latin1')
