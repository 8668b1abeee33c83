import type { Slice } from '../engine/channels/ring.ts'
import { channelEventText, shortTypeOf } from './channel-event.ts'
import { frame } from './sse/frame.ts'

/**
 * What edges write, made once for all who read the same: readers of a channel who stand at the same
 * place get the same slice, and so the same bytes.
 */
export interface Renderings {
  /** Each event as a CloudEvent in JSON, on one line. */
  texts(slice: Slice, channel: string): readonly string[]
  /** All of them as Server-Sent Events. */
  sse(slice: Slice, channel: string): Uint8Array
}

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
  return { texts, sse }
}

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
