import {
  eventTypePrefix,
  formatSequence,
  problemDocument,
  type CloudEvent,
  type JobEventData,
  type OutcomeData,
} from '@buzzer/contract'
import { withSequence } from '../core/event.ts'
import { formatTime } from '../core/time.ts'
import { traceAttributes } from '../core/trace.ts'
import type { ToldEvent, ToldOutcome } from '../engine/channels/told-event.ts'
import { jobEventData } from './cloud-event.ts'
import { jobPath } from './job-document.ts'

/** An event of a channel in the JSON format of CloudEvents 1.0, on one line. */
export function channelEventText(event: ToldEvent, channel: string, publicUrl: string): string {
  switch (event.kind) {
    case 'published':
      return withSequence(event.text, event.offset)
    case 'outcome':
      return JSON.stringify(outcomeEvent(event, channel, publicUrl))
    case 'batch-end':
      throw new Error('Batches are followed by themselves.')
  }
}

function outcomeEvent(
  event: ToldOutcome,
  channel: string,
  publicUrl: string,
): CloudEvent<JobEventData | OutcomeData> {
  return {
    specversion: '1.0',
    id: event.id,
    source: `/${channel}`,
    type: `${eventTypePrefix}job.${event.state}`,
    subject: event.job,
    time: formatTime(event.at),
    datacontenttype: 'application/json',
    sequence: formatSequence(event.offset),
    ...traceAttributes(event.view?.job.trace ?? null),
    data: dataOf(event, channel, publicUrl),
  }
}

const dataOf = (event: ToldOutcome, channel: string, publicUrl: string) =>
  event.view === null
    ? outcomeData(event, channel, publicUrl)
    : jobEventData({ view: event.view, result: event.result }, publicUrl)

/** All that is left to say of a job that is gone, or has been run again since. */
const outcomeData = (
  { job, state, run, attempt, version, error, deadLetter }: ToldOutcome,
  channel: string,
  publicUrl: string,
): OutcomeData => ({
  id: job,
  operation: channel.slice(channel.indexOf('/') + 1),
  state,
  version,
  run,
  attempt,
  error: error === null ? null : problemDocument(error, publicUrl, jobPath({ id: job })),
  ...(deadLetter ? { deadLetter } : {}),
})

/** What an event's type is called where Buzzer's own prefix is left out. */
export function shortTypeOf(event: ToldEvent): string {
  if (event.kind !== 'published') return `job.${event.state}`
  // Before it stand the id and the source alone, in which quotes are escaped.
  const [, written = '""'] = writtenType.exec(event.text) ?? []
  return withoutPrefix(JSON.parse(written) as string)
}

const writtenType = /,"type":("(?:[^"\\]|\\.)*")/

/** Those that Buzzer publishes on channels of its own. */
const withoutPrefix = (type: string): string =>
  type.startsWith(eventTypePrefix) ? type.slice(eventTypePrefix.length) : type
