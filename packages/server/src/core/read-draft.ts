import type { ValidationError } from '@buzzer/contract'
import type { EventData, EventDraft } from './event.ts'

/** An event as it was sent, or all that is wrong with it. */
export type ReadDraft =
  | { readonly kind: 'draft'; readonly draft: EventDraft }
  | { readonly kind: 'invalid'; readonly errors: readonly ValidationError[] }

/** What has to be there: all of a CloudEvent, or the type alone. */
export type Strictness = 'cloud-event' | 'type-only'

type Attributes = Readonly<Record<string, unknown>>

const longestText = 1_024
const extensionName = /^[a-z0-9]{1,64}$/
const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(?:\.\d+)?(?:[Zz]|[+-]\d\d:\d\d)$/
const mediaType = /^[\w!#$&^.+-]+\/[\w!#$&^.+-]+(?:\s*;.*)?$/
/** Of W3C Trace Context. */
const traceparent = /^[\da-f]{2}-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}(?:-.*)?$/
/** CloudEvents 1.0 does not allow them in attributes. */
const control = /[\p{Cc}\p{Cs}]/u
const ownTypes = 'dev.buzzer.'
/** What an EventSource takes for more than an event. */
const ownNames = new Set(['reset', 'error', 'open'])

const textual = [
  'id',
  'source',
  'type',
  'subject',
  'time',
  'datacontenttype',
  'dataschema',
] as const
const own = new Set<string>([
  ...textual,
  'specversion',
  'traceparent',
  'sequence',
  'data',
  'data_base64',
])

/**
 * Reads the attributes of a CloudEvents 1.0 event. Extensions pass as they are; `sequence` is ours to
 * give and is passed over.
 *
 * @param attributes as its JSON format has them; null counts as left out
 * @param data where it does not stand among them
 * @param exact the same with numbers as they were sent
 */
export function readDraft(
  attributes: Attributes,
  strictness: Strictness,
  data: EventData | null = null,
  exact: Attributes = attributes,
): ReadDraft {
  const errors: ValidationError[] = []
  const refuse = (name: string, detail: string): null => {
    errors.push({ pointer: `/${name}`, detail })
    return null
  }
  const text = (name: string, pattern: RegExp | null = null, rule = ''): string | null => {
    const value = attributes[name] ?? null
    if (value === null) return null
    if (typeof value !== 'string' || value === '' || value.length > longestText) {
      return refuse(name, `has to be text of 1 to ${longestText} characters`)
    }
    if (control.test(value)) return refuse(name, 'may not have control characters')
    return pattern === null || pattern.test(value) ? value : refuse(name, rule)
  }
  const required = strictness === 'cloud-event' ? ['id', 'source', 'type'] : ['type']
  for (const name of required) {
    if ((attributes[name] ?? null) === null) refuse(name, 'has to be there')
  }
  const { specversion = strictness === 'cloud-event' ? null : '1.0' } = attributes
  if (specversion !== '1.0') refuse('specversion', "has to be '1.0'")
  const type = text('type') ?? ''
  if (type.startsWith(ownTypes))
    refuse('type', `may not begin with ${ownTypes}, which is Buzzer's own`)
  if (ownNames.has(type)) refuse('type', 'is what streams tell of themselves under that name')
  const draft: EventDraft = {
    id: text('id'),
    source: text('source'),
    type,
    subject: text('subject'),
    time: text('time', time, 'has to be a moment as in RFC 3339'),
    datacontenttype: text('datacontenttype', mediaType, 'has to be a media type'),
    dataschema: text('dataschema'),
    traceparent: text('traceparent', traceparent, 'has to be as in W3C Trace Context'),
    extensions: readExtensions(attributes, refuse),
    data: data ?? readData(attributes, exact, refuse),
  }
  return errors.length === 0 ? { kind: 'draft', draft } : { kind: 'invalid', errors }
}

type Refuse = (name: string, detail: string) => null

function readExtensions(attributes: Attributes, refuse: Refuse): EventDraft['extensions'] {
  const extensions: Record<string, string | number | boolean> = {}
  for (const [name, value] of Object.entries(attributes)) {
    if (own.has(name) || value === null) continue
    if (!extensionName.test(name)) refuse(name, 'is no name of an extension: a-z and 0-9 alone')
    else if (isExtension(value)) extensions[name] = value
    else refuse(name, 'has to be text, a whole number of 32 bits, or true or false')
  }
  return extensions
}

const isExtension = (value: unknown): value is string | number | boolean =>
  typeof value === 'boolean' ||
  (typeof value === 'string' && value.length <= longestText) ||
  (Number.isInteger(value) && Math.abs(value as number) < 2 ** 31)

const none: EventData = { kind: 'none' }

function readData(attributes: Attributes, exact: Attributes, refuse: Refuse): EventData {
  const { data, data_base64: encoded = null } = attributes
  if (encoded === null) {
    return data === undefined
      ? none
      : { kind: 'json', value: data, text: JSON.stringify(exact['data']) }
  }
  if (data !== undefined) refuse('data_base64', 'may not stand beside data')
  if (typeof encoded !== 'string' || !isBase64(encoded)) {
    refuse('data_base64', 'has to be Base64')
    return none
  }
  return { kind: 'bytes', bytes: Buffer.from(encoded, 'base64') }
}

const isBase64 = (text: string): boolean =>
  text.length % 4 === 0 && /^[A-Za-z0-9+/]*={0,2}$/.test(text)
