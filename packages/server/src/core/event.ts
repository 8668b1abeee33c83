import { formatSequence } from '@buzzer/contract'

/** What an event carries. */
export type EventData =
  | { readonly kind: 'none' }
  /** @property text the JSON on one line, as it is passed on */
  | { readonly kind: 'json'; readonly value: unknown; readonly text: string }
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }

/** An event as somebody publishes it: a CloudEvents 1.0 event, of which most may be left out. */
export interface EventDraft {
  readonly id: string | null
  readonly source: string | null
  readonly type: string
  readonly subject: string | null
  /** RFC 3339. */
  readonly time: string | null
  readonly datacontenttype: string | null
  readonly dataschema: string | null
  readonly traceparent: string | null
  readonly extensions: Readonly<Record<string, string | number | boolean>>
  readonly data: EventData
}

/** A draft with all that an event has to have. */
export interface WholeDraft extends EventDraft {
  readonly id: string
  readonly source: string
  readonly time: string
}

/**
 * The event in the JSON format of CloudEvents 1.0, on one line and without its `sequence`, which is
 * not known before it is stored. Written once: what is stored is what every reader gets.
 */
export function writeEvent(draft: WholeDraft): string {
  const { data } = draft
  const type = draft.datacontenttype ?? (data.kind === 'json' ? 'application/json' : null)
  let text = `{"specversion":"1.0","id":${quote(draft.id)},"source":${quote(draft.source)}`
  text += `,"type":${quote(draft.type)}`
  if (draft.subject !== null) text += `,"subject":${quote(draft.subject)}`
  text += `,"time":${quote(draft.time)}`
  if (type !== null) text += `,"datacontenttype":${quote(type)}`
  if (draft.dataschema !== null) text += `,"dataschema":${quote(draft.dataschema)}`
  if (draft.traceparent !== null) text += `,"traceparent":${quote(draft.traceparent)}`
  for (const [name, value] of Object.entries(draft.extensions)) {
    text += `,${quote(name)}:${JSON.stringify(value)}`
  }
  return `${text}${dataMember(data)}}`
}

const quote = (text: string): string => JSON.stringify(text)

function dataMember(data: EventData): string {
  if (data.kind === 'json') return `,"data":${data.text}`
  return data.kind === 'bytes'
    ? `,"data_base64":"${Buffer.from(data.bytes).toString('base64')}"`
    : ''
}

/** The same event with its place on the channel. */
export const withSequence = (event: string, offset: number): string =>
  `${event.slice(0, -1)},"sequence":"${formatSequence(offset)}"}`
