import type { Slice } from '../engine/channels/ring.ts'
import { channelEventText, shortTypeOf } from './channel-event.ts'
import { frame } from './sse/frame.ts'
import { bodiesOf, frameBodies, type Frames } from './websocket/text-frames.ts'

/**
 * What edges write, made once for all who read the same: readers of a channel who stand at the same
 * place get the same slice, and so the same bytes.
 */
export interface Renderings {
  /** Each event as a CloudEvent in JSON, on one line. */
  texts(slice: Slice, channel: string): readonly string[]
  /** All of them as Server-Sent Events. */
  sse(slice: Slice, channel: string): Uint8Array
  /**
   * Each of them as a message of a WebSocket.
   *
   * @param id of the subscription, as it stands in the messages of `buzzer.v1`; null for the bare
   * events of `cloudevents.json`
   */
  messages(slice: Slice, channel: string, id: string | null): Frames
}

/** Readers mostly give their subscriptions the same few ids; others get bytes of their own. */
const rememberedIds = 16

export function createRenderings(publicUrl: () => string): Renderings {
  const texts = remember((slice, channel) =>
    slice.events.map((event) => channelEventText(event, channel, publicUrl())),
  )
  const sse = remember((slice, channel) =>
    Buffer.from(
      texts(slice, channel)
        .map((text, index) => frameOf(slice, index, text))
        .join(''),
    ),
  )
  const bodies = remember((slice, channel) => bodiesOf(texts(slice, channel)))
  const framed = remember(() => new Map<string | null, Frames>())
  const messages = (slice: Slice, channel: string, id: string | null): Frames => {
    const known = framed(slice, channel)
    const found = known.get(id)
    if (found !== undefined) return found
    const made = frameBodies(bodies(slice, channel), ...around(id))
    if (known.size < rememberedIds) known.set(id, made)
    return made
  }
  return { texts, sse, messages }
}

/** What stands before and behind the event in a message. */
export const around = (id: string | null): readonly [string, string] =>
  id === null ? ['', ''] : [`{"type":"event","id":${JSON.stringify(id)},"event":`, '}']

function frameOf({ events }: Slice, index: number, text: string): string {
  const event = events[index]
  return event === undefined ? '' : frame(event.offset, shortTypeOf(event), text)
}

/** As long as anybody has the slice. */
function remember<Made>(
  make: (slice: Slice, channel: string) => Made,
): (slice: Slice, channel: string) => Made {
  const known = new WeakMap<Slice, Made>()
  return (slice, channel) => {
    const found = known.get(slice)
    if (found !== undefined) return found
    const made = make(slice, channel)
    known.set(slice, made)
    return made
  }
}
