import {
  eventTypePrefix,
  formatSequence,
  type CloudEvent,
  type JobEventData,
  type OutputPiece,
} from '@buzzer/contract'
import { formatTime } from '../core/time.ts'
import { traceAttributes } from '../core/trace.ts'
import type { JobEvent } from '../engine/job-event.ts'
import { inlineResult } from './inline-result.ts'
import { jobDocument } from './job-document.ts'

/**
 * What happened to a job, as a CloudEvent 1.0. Its id is made from the job and the offset: the
 * same event has the same id for every reader and at every reading.
 */
export function jobCloudEvent(
  event: JobEvent,
  publicUrl: string,
): CloudEvent<JobEventData | OutputPiece> {
  const job = event.type === 'job.output' ? event.job : event.view.job
  const suffix = job.id.slice(job.id.indexOf('_') + 1)
  return {
    specversion: '1.0',
    id: `evt_${suffix}.${event.offset}.${event.type.slice('job.'.length)}`,
    source: '/jobs',
    type: eventTypePrefix + event.type,
    subject: job.id,
    time: formatTime(event.at),
    datacontenttype: 'application/json',
    sequence: formatSequence(event.offset),
    ...traceAttributes(job.trace),
    data: event.type === 'job.output' ? event.output : jobEventData(event, publicUrl),
  }
}

/** A job as its events carry it. */
export function jobEventData(
  { view, result }: Pick<Exclude<JobEvent, { type: 'job.output' }>, 'view' | 'result'>,
  publicUrl: string,
): JobEventData {
  const document = jobDocument(view, publicUrl)
  const deadLetter = view.job.state === 'failed' && view.job.deadLetter
  return {
    ...document,
    ...(result === null ? {} : inlineResult(result)),
    ...(deadLetter ? { deadLetter } : {}),
  }
}
