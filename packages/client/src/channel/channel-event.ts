import type { CloudEvent } from '@buzzer/contract'
import { offsetIn } from '../socket/message.ts'

/** An event on a channel: a CloudEvent whose data has been read. */
export interface ChannelEvent<Data = unknown> {
  readonly id: string
  readonly source: string
  /** Never `dev.buzzer.reset`, which is not an event that anybody can publish. */
  readonly type: string
  readonly subject?: string
  /** RFC 3339. */
  readonly time: string
  /** The offset on its channel: hand it to `subscribe({ since })` to go on after it. */
  readonly sequence: number
  /** JSON as a value; what was published as bytes is a `Uint8Array`. */
  readonly data: Data
  readonly datacontenttype?: string
  readonly dataschema?: string
  readonly traceparent?: string
  /** Whatever else the publisher wrote: CloudEvents calls them extension attributes. */
  readonly [extension: string]: unknown
}

export const resetType = 'dev.buzzer.reset'

/** What came before `oldest` is not kept any more: there is a gap here. */
export interface ChannelReset {
  readonly type: typeof resetType
  /** The offset of the next event, or of the first one to come. */
  readonly oldest: number
  /** Never there; named so that the data of an item can be asked for without telling the two apart. */
  readonly data?: undefined
}

export type ChannelItem<Data = unknown> = ChannelEvent<Data> | ChannelReset

/** Tells a gap from an event. */
export const isReset = <Data>(item: ChannelItem<Data>): item is ChannelReset =>
  item.type === resetType

/** @throws SyntaxError where it has no offset */
export function channelEvent({
  specversion: _,
  data,
  data_base64: base64,
  sequence: text,
  ...attributes
}: CloudEvent): ChannelEvent {
  const sequence = offsetIn(text)
  if (sequence === null) throw new SyntaxError('An event without an offset')
  return { ...attributes, sequence, data: base64 === undefined ? data : bytesOf(base64) }
}

/** @throws SyntaxError where it is not base64 */
function bytesOf(base64: string): Uint8Array {
  try {
    return Uint8Array.from(atob(base64), (character) => character.charCodeAt(0))
  } catch (cause) {
    throw new SyntaxError('Data that is not base64', { cause })
  }
}
