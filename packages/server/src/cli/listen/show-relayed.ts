import type { ChannelEvent } from '@buzzer/client'
import { eventTypePrefix } from '@buzzer/contract'
import { fitLine } from '../fit-line.ts'
import { cloudEventOf } from '../show-channel-event.ts'
import { showSize } from '../show-size.ts'
import { showSpan } from '../show-time.ts'
import { paint, type Output } from '../terminal.ts'
import { wasTaken, type Forwarded } from './forward.ts'

/** An event, and what the receiver made of it; null where nothing is forwarded. */
export interface Relayed {
  readonly channel: string
  readonly event: ChannelEvent
  readonly forwarded: Forwarded | null
}

/** In one line, cut to the width of the terminal: what may be cut off stands last. */
export function showRelayed(stream: Output, { channel, event, forwarded }: Relayed): string {
  const { time, type, subject = '', data } = event
  const parts = [
    paint(stream, 'dim', time.slice(11, 23)),
    forwarded === null ? '' : showForwarded(stream, forwarded),
    paint(stream, 'cyan', shortType(type)),
    channel,
    subject,
    data instanceof Uint8Array ? showSize(data.length) : (JSON.stringify(data) ?? ''),
  ]
  const line = parts.filter((part) => part !== '').join('  ')
  return fitLine(line, stream.isTTY === true ? stream.columns : undefined)
}

/** Buzzer's own are known by what is particular about them. */
export const shortType = (type: string): string =>
  type.startsWith(eventTypePrefix) ? type.slice(eventTypePrefix.length) : type

function showForwarded(stream: Output, forwarded: Forwarded): string {
  const colour = wasTaken(forwarded) ? 'green' : 'red'
  const said = forwarded.kind === 'answered' ? String(forwarded.status) : forwarded.detail
  return `${paint(stream, colour, `→ ${said}`)} in ${showSpan(forwarded.latencyMs)}`
}

/** The same for programs. */
export const relayedJson = ({ channel, event, forwarded }: Relayed): object => ({
  channel,
  event: cloudEventOf(event),
  ...(forwarded === null
    ? {}
    : {
        forwarded: {
          status: forwarded.kind === 'answered' ? forwarded.status : null,
          latencyMs: forwarded.latencyMs,
          error: forwarded.kind === 'answered' ? null : forwarded.detail,
        },
      }),
})
