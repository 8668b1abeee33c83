import { parseExactly } from '@buzzer/contract'
import { isJsonType } from '../../core/media-type.ts'
import { bytesIn, isBlob, type Headers } from '../../core/payload.ts'
import { isRecord, stepsOf } from '../../core/value-at.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import { headerOf, withHeaders } from './headers.ts'
import { finalFailure, type CallName } from './problem.ts'
import type { UpstreamCall } from './request.ts'
import type { UpstreamCallback } from './service.ts'

type Failed = Extract<RunOutcome, { kind: 'failed' }>

/** A JSON body up to this size can be given another member, in bytes. */
const writtenAtMost = 16_777_216

/** Tells the upstream with its call where to call back: in a header, in the body, or in both. */
export async function withCallback(
  name: CallName,
  call: UpstreamCall,
  attempt: Attempt,
  { header, at, urlOf }: UpstreamCallback,
): Promise<UpstreamCall | Failed> {
  const url = urlOf(attempt.job.id, attempt.job.run)
  const headers = header === null ? call.headers : withHeaders(call.headers, [[header, url]])
  if (at === null) return { ...call, headers }
  const text = isPlainJson(call.headers) ? await textOf(attempt) : null
  const written = text === null ? null : write(text, stepsOf(at), url)
  return written === null
    ? cannotCarry(name, at)
    : { ...call, headers: withoutDigests(headers), body: Buffer.from(written) }
}

const isPlainJson = (headers: Headers): boolean =>
  isJsonType(headerOf(headers, 'content-type') ?? '') &&
  (headerOf(headers, 'content-encoding') ?? 'identity') === 'identity'

/** The body as it was stored; null for one that is too large to be written anew. */
async function textOf({ input, blobs }: Attempt): Promise<string | null> {
  const body = input?.body ?? new Uint8Array()
  if (!isBlob(body)) return Buffer.from(bytesIn(body)).toString('utf8')
  if (body.size > writtenAtMost) return null
  const chunks: Uint8Array[] = []
  // Each piece is good until the next is asked for.
  for await (const chunk of blobs.read(body)) chunks.push(Uint8Array.from(chunk))
  return Buffer.concat(chunks).toString('utf8')
}

/** Numbers stay as they were sent. @returns null where there is no such place */
function write(text: string, steps: readonly string[], url: string): string | null {
  const root = parsed(text)
  let place = root
  for (const step of steps.slice(0, -1)) {
    if (!isRecord(place)) return null
    place = Object.hasOwn(place, step) ? place[step] : add(place, step, {})
  }
  if (!isRecord(place)) return null
  add(place, steps.at(-1) ?? '', url)
  return JSON.stringify(root)
}

function parsed(text: string): unknown {
  try {
    return parseExactly(text)
  } catch {
    return null
  }
}

function add(place: Readonly<Record<string, unknown>>, step: string, value: unknown): unknown {
  Object.defineProperty(place, step, {
    value,
    enumerable: true,
    configurable: true,
    writable: true,
  })
  return value
}

/** Of the body as it was. */
const digests = new Set(['content-digest', 'repr-digest', 'digest', 'content-md5'])
const withoutDigests = (headers: Headers): Headers => headers.filter(([name]) => !digests.has(name))

const cannotCarry = (name: CallName, at: string): Failed =>
  finalFailure(
    'validation-failed',
    `${name.operation} tells its upstream where to call back at ${at} of its body, and this body ` +
      'has no such place. Send a JSON object, without a Content-Encoding.',
  )
