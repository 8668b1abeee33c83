import {
  eventTypePrefix,
  formatSequence,
  problemDocument,
  type BatchDocument,
  type BatchEventType,
  type BatchOutcomeData,
  type CloudEvent,
} from '@buzzer/contract'
import { formatTime } from '../core/time.ts'
import type { BatchEvent } from '../engine/batch-event.ts'
import type { Batch } from '../ports/batches.ts'
import type { OutcomeEvent } from '../ports/events.ts'
import { batchDocument, batchPath } from './batch-document.ts'
import { jobPath } from './job-document.ts'

/** The part of the type after `dev.buzzer.`. */
export function batchEventType(event: BatchEvent): BatchEventType {
  if (event.kind === 'snapshot') return 'batch.snapshot'
  return event.kind === 'outcome' ? `job.${event.state}` : `batch.${event.state}`
}

/** What happened to a batch, as a CloudEvent 1.0. Only a snapshot is made anew for each reader. */
export function batchCloudEvent(
  event: BatchEvent,
  { id }: Pick<Batch, 'id'>,
  publicUrl: string,
): CloudEvent<BatchDocument | BatchOutcomeData> {
  return {
    specversion: '1.0',
    id: event.kind === 'snapshot' ? snapshotId(id, event.offset) : event.id,
    source: batchPath({ id }).slice('/v1'.length),
    type: eventTypePrefix + batchEventType(event),
    subject: event.kind === 'outcome' ? event.job : id,
    time: formatTime(event.at),
    datacontenttype: 'application/json',
    sequence: formatSequence(event.offset),
    data: dataOf(event, publicUrl),
  }
}

const snapshotId = (id: string, offset: number): string =>
  `evt_${id.slice(id.indexOf('_') + 1)}.${offset}.snapshot`

function dataOf(event: BatchEvent, publicUrl: string): BatchDocument | BatchOutcomeData {
  if (event.kind === 'snapshot') return batchDocument(event.batch, publicUrl)
  if (event.kind === 'batch-end') return batchDocument(event.now, publicUrl)
  return outcomeData(event, publicUrl)
}

const outcomeData = (
  { job, state, run, attempt, error, deadLetter }: OutcomeEvent,
  publicUrl: string,
): BatchOutcomeData => ({
  job,
  state,
  run,
  attempt,
  error: error === null ? null : problemDocument(error, publicUrl, jobPath({ id: job })),
  ...(deadLetter ? { deadLetter } : {}),
})
