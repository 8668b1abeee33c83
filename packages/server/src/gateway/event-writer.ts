import { eventTypePrefix } from '@buzzer/contract'
import type { EventWriter, WrittenEvent } from '../engine/fan-out/event-writer.ts'
import type { ToldEvent } from '../engine/channels/told-event.ts'
import { batchCloudEvent } from './batch-cloud-event.ts'
import { channelEventText } from './channel-event.ts'
import { jobCloudEvent } from './cloud-event.ts'

/** Events for deliveries, as every reader of them gets them. */
export const createEventWriter = (publicUrl: () => string): EventWriter => ({
  channelEvent: (event, channel) => ({
    ...namesOf(event),
    text: channelEventText(event, channel, publicUrl()),
  }),
  jobEvent: (event) => written(jobCloudEvent(event, publicUrl())),
  batchEvent: (event, batch) => written(batchCloudEvent(event, batch, publicUrl())),
})

const written = (event: { readonly id: string; readonly type: string }): WrittenEvent => ({
  id: event.id,
  type: event.type,
  text: JSON.stringify(event),
})

/** What stands first in every event that was published; quotes within are escaped. */
const head =
  /^\{"specversion":"1\.0","id":("(?:[^"\\]|\\.)*"),"source":"(?:[^"\\]|\\.)*","type":("(?:[^"\\]|\\.)*")/

function namesOf(event: ToldEvent): Pick<WrittenEvent, 'id' | 'type'> {
  if (event.kind !== 'published') return { id: event.id, type: typeOf(event) }
  const [, id = '""', type = '""'] = head.exec(event.text) ?? []
  return { id: JSON.parse(id) as string, type: JSON.parse(type) as string }
}

const typeOf = ({ kind, state }: Exclude<ToldEvent, { kind: 'published' }>): string =>
  `${eventTypePrefix}${kind === 'outcome' ? 'job' : 'batch'}.${state}`
