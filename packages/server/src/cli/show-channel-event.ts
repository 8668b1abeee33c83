import type { ChannelEvent } from '@buzzer/client'
import { formatSequence } from '@buzzer/contract'
import { fitLine } from './fit-line.ts'
import { showSize } from './show-size.ts'
import { paint, type Output } from './terminal.ts'

/** One event in one line, cut to the width of the terminal, for people. */
export function showChannelEvent(stream: Output, event: ChannelEvent): string {
  const { time, type, subject = '', data } = event
  const parts = [
    paint(stream, 'dim', time.slice(11, 23)),
    paint(stream, 'cyan', type),
    subject,
    data instanceof Uint8Array ? showSize(data.length) : (JSON.stringify(data) ?? ''),
  ]
  const line = parts.filter((part) => part !== '').join('  ')
  return fitLine(line, stream.isTTY === true ? stream.columns : undefined)
}

/** The event in the JSON format of CloudEvents, as it came. */
export function cloudEventOf({ sequence, data, ...attributes }: ChannelEvent): object {
  return {
    specversion: '1.0',
    ...attributes,
    ...(data instanceof Uint8Array
      ? { data_base64: Buffer.from(data).toString('base64') }
      : { data }),
    sequence: formatSequence(sequence),
  }
}
