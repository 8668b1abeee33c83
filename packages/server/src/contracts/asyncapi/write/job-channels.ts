import { batchEventTypes, finalStates, jobEventTypes, jobStates } from '@buzzer/contract'
import type { JsonObject } from '../../schema/json-pointer.ts'
import { since } from './declared-channel.ts'
import { ownEvent } from './envelope.ts'
import {
  httpBinding,
  messagesOf,
  onHttp,
  onWebSocket,
  refer,
  text,
  type Messages,
  type Part,
} from './part.ts'

const piece: JsonObject = {
  type: 'object',
  description: 'A piece of the result, as it is made; pieces of an earlier attempt are void',
  required: ['attempt', 'index', 'piece'],
  properties: { attempt: { type: 'integer' }, index: { type: 'integer' }, piece: {} },
}
const jobOutcome: JsonObject = {
  type: 'object',
  required: ['job', 'state', 'run', 'attempt', 'error'],
  properties: {
    job: text,
    state: { enum: finalStates },
    run: { type: 'integer' },
    attempt: { type: 'integer' },
    error: { oneOf: [refer('components', 'schemas', 'Problem'), { type: 'null' }] },
    deadLetter: { const: true },
  },
}

/** A job in an event, with what its operation gives where that is known. */
export const jobData = (result: JsonObject | null = null): JsonObject => ({
  allOf: [refer('components', 'schemas', 'Job')],
  ...(result === null
    ? {}
    : { properties: { result: { ...result, description: 'In line up to 64 KiB' } } }),
})

/** Messages by what happened, under names that may stand in references. */
export const keyOf = (type: string): string => type.replaceAll('.', '-')

const jobMessages: Messages = Object.fromEntries(
  jobEventTypes.map((type) => [
    keyOf(type),
    ownEvent(type, type === 'job.output' ? piece : jobData()),
  ]),
)
const batchMessages: Messages = Object.fromEntries(
  batchEventTypes.map((type) => [
    keyOf(type),
    ownEvent(type, type.startsWith('job.') ? jobOutcome : refer('components', 'schemas', 'Batch')),
  ]),
)

/** The channels that every job and every batch has. */
export const ownChannels: Part = {
  channels: {
    jobs: {
      address: 'jobs/{jobId}',
      title: 'A job',
      description: `All that happens to one job, which is one of ${jobStates.join(', ')}. A reader gets a snapshot first; the stream ends with the job. Offsets are the job's version: they grow and may skip.`,
      parameters: { jobId: { description: 'Its id', location: '$message.payload#/subject' } },
      servers: [onHttp, onWebSocket],
      messages: jobMessages,
    },
    batches: {
      address: 'batches/{batchId}',
      title: 'A batch',
      description: 'A snapshot of a batch, the outcome of each of its jobs, and its end.',
      parameters: { batchId: { description: 'Its id, `bat_…`' } },
      servers: [onHttp, onWebSocket],
      messages: batchMessages,
    },
  },
  operations: {
    'watch-job': {
      action: 'send',
      channel: refer('channels', 'jobs'),
      title: 'Watch a job',
      summary: '`GET /v1/jobs/{jobId}/events` (SSE), or `jobs/{jobId}` on `/v1/ws` (WebSocket)',
      messages: messagesOf('jobs', Object.keys(jobMessages)),
      bindings: httpBinding('GET', { since }),
    },
    'watch-batch': {
      action: 'send',
      channel: refer('channels', 'batches'),
      title: 'Watch a batch',
      summary:
        '`GET /v1/batches/{batchId}/events` (SSE), or `batches/{batchId}` on `/v1/ws` (WebSocket)',
      messages: messagesOf('batches', Object.keys(batchMessages)),
      bindings: httpBinding('GET', { since }),
    },
  },
}
