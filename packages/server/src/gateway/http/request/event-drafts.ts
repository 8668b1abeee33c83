import type { IncomingHttpHeaders } from 'node:http'
import { exactly, type Problem } from '@buzzer/contract'
import type { EventData, EventDraft } from '../../../core/event.ts'
import { isJsonType } from '../../../core/media-type.ts'
import { readDraft } from '../../../core/read-draft.ts'
import { traceAttributes } from '../../../core/trace.ts'
import { draftsOf, readObject, readObjects } from '../../cloud-events/drafts-of.ts'
import { isProblem } from '../answer/problem.ts'
import { readAttribute } from './attribute-header.ts'
import { invalidParameter } from './header-problem.ts'
import type { HttpRequest } from './http-request.ts'
import { parseJson } from './parse-json.ts'
import { readTrace } from './submission-headers.ts'

const structured = /^application\/cloudevents\+json\s*(?:;|$)/i
const batched = /^application\/cloudevents-batch\+json\s*(?:;|$)/i
const someCloudEvent = /^application\/cloudevents/i

/**
 * The events in the body of a request, by the HTTP binding of CloudEvents 1.0 (structured, batched
 * or binary), or one event whose data the body is.
 *
 * @param body without its content coding
 */
export function readEventDrafts(
  { headers, query }: Pick<HttpRequest, 'headers' | 'query'>,
  body: Uint8Array | null,
): readonly EventDraft[] | Problem {
  const mediaType = headers['content-type'] ?? 'application/json'
  if (structured.test(mediaType)) return readStructured(body)
  if (batched.test(mediaType)) return readBatch(body)
  if (someCloudEvent.test(mediaType)) return otherFormat(mediaType)
  const isBinary = headers['ce-specversion'] !== undefined || headers['ce-type'] !== undefined
  return isBinary
    ? readBinary(headers, mediaType, body)
    : readPlain(headers, query(), mediaType, body)
}

function readStructured(body: Uint8Array | null): readonly EventDraft[] | Problem {
  const value = parse(body)
  if (isProblem(value)) return value
  if (!isRecord(value.json)) return malformed('The body is no CloudEvent: it is no JSON object.')
  return draftsOf([readObject(value.json, 'cloud-event', value.exact)])
}

function readBatch(body: Uint8Array | null): readonly EventDraft[] | Problem {
  const value = parse(body)
  if (isProblem(value)) return value
  if (!Array.isArray(value.json)) return malformed('The body is no batch: it is no JSON array.')
  const events: readonly unknown[] = value.json
  return draftsOf(readObjects(events, 'cloud-event', value.exact), true)
}

/** Attributes stand in headers, percent-encoded; the body is the data. */
function readBinary(
  headers: IncomingHttpHeaders,
  mediaType: string,
  body: Uint8Array | null,
): readonly EventDraft[] | Problem {
  const attributes: Record<string, unknown> = { datacontenttype: headers['content-type'] }
  for (const [name, value] of Object.entries(headers)) {
    if (name.startsWith('ce-')) attributes[name.slice('ce-'.length)] = readAttribute(String(value))
  }
  // The event may have begun in another trace than the request that brings it.
  const traced = attributes['traceparent'] === undefined ? traceAttributes(readTrace(headers)) : {}
  const data = dataOf(mediaType, body)
  if (isProblem(data)) return data
  return draftsOf([readDraft({ ...traced, ...dropMissing(attributes) }, 'cloud-event', data)])
}

const dropMissing = (attributes: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined))

const known = ['type', 'subject']
const defaultType = 'message'

function readPlain(
  headers: IncomingHttpHeaders,
  query: URLSearchParams,
  mediaType: string,
  body: Uint8Array | null,
): readonly EventDraft[] | Problem {
  const unknown = [...query.keys()].find((name) => !known.includes(name))
  if (unknown !== undefined)
    return invalidParameter(unknown, `is not known; use ${known.join(', ')}`)
  const data = dataOf(mediaType, body)
  if (isProblem(data)) return data
  const attributes = {
    type: query.get('type') ?? defaultType,
    subject: query.get('subject'),
    datacontenttype: body === null || isJsonType(mediaType) ? null : mediaType,
    ...traceAttributes(readTrace(headers)),
  }
  return draftsOf([readDraft(attributes, 'type-only', data)])
}

function dataOf(mediaType: string, body: Uint8Array | null): EventData | Problem {
  if (body === null) return { kind: 'none' }
  if (!isJsonType(mediaType)) return { kind: 'bytes', bytes: body }
  const parsed = parseJson(body)
  if (parsed.kind === 'problem') return parsed.problem
  const { value, text } = parsed
  return { kind: 'json', value, text: JSON.stringify(exactly(text, value)) }
}

interface Parsed {
  readonly json: unknown
  /** The same with numbers as they were sent. */
  readonly exact: unknown
}

function parse(body: Uint8Array | null): Parsed | Problem {
  if (body === null) return malformed('There is no body. Send the event in it.')
  const parsed = parseJson(body)
  if (parsed.kind === 'problem') return parsed.problem
  return { json: parsed.value, exact: exactly(parsed.text, parsed.value) }
}

const malformed = (detail: string): Problem => ({ code: 'malformed-body', detail })

const otherFormat = (mediaType: string): Problem => ({
  code: 'unsupported-media-type',
  detail:
    `'${mediaType}' is not taken. Send application/cloudevents+json, ` +
    'application/cloudevents-batch+json, `ce-` headers, or plain JSON.',
})

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
