import {
  AcceptedBatchSchema,
  AcceptedSchema,
  BatchResultSchema,
  BatchSchema,
  BatchSubmissionSchema,
  DeadLetterCountSchema,
  DeadLetterGroupsSchema,
  JobListSchema,
  JobSchema,
  ProblemSchema,
  ScheduleListSchema,
} from '@buzzer/contract'
import { isObject, type JsonObject } from '../../schema/json-pointer.ts'
import { refer } from './answers.ts'
import { serviceChangesSchema } from './service-changes.ts'
import { webhookSchemas } from './webhook-schemas.ts'

/** The schemas of the wire, as the contract has them. */
export const schemas: Readonly<Record<string, JsonObject>> = {
  Job: plain(JobSchema),
  JobPart: part(JobSchema),
  AcceptedJob: plain(AcceptedSchema),
  JobList: plain(JobListSchema),
  Batch: plain(BatchSchema),
  BatchPart: part(BatchSchema),
  AcceptedBatch: plain(AcceptedBatchSchema),
  BatchSubmission: plain(BatchSubmissionSchema),
  BatchResult: plain(BatchResultSchema),
  Problem: plain(ProblemSchema),
  ServiceChanges: serviceChangesSchema,
  ...webhookSchemas,
  ScheduleList: plain(ScheduleListSchema),
  DeadLetterGroups: plain(DeadLetterGroupsSchema),
  DeadLetterCount: plain(DeadLetterCountSchema),
  DeadLetterFilter: {
    type: 'object',
    description: 'Which dead letters are meant; a discard of all of them says `all`.',
    additionalProperties: false,
    properties: {
      operation: { type: 'string' },
      code: { type: 'string', description: 'Of the error' },
      group: { type: 'string', description: 'As `?groupBy=error` names it' },
      tag: { type: 'string' },
      after: { type: 'string', format: 'date-time' },
      before: { type: 'string', format: 'date-time' },
      ids: { type: 'array', maxItems: 1_000, items: { type: 'string', pattern: '^job_' } },
      all: { const: true },
      limit: { type: 'integer', minimum: 1, maximum: 100_000 },
      rate: {
        type: 'string',
        pattern: '^[1-9][0-9]{0,5}/[smh]$',
        description: 'Of a retry: so many are due a second, a minute or an hour',
      },
    },
  },
}

function plain(schema: unknown): JsonObject {
  const copy: unknown = JSON.parse(JSON.stringify(schema))
  return isObject(copy) ? copy : {}
}

/** Only those members that `fields` names. */
function part(schema: unknown): JsonObject {
  const { required: _, ...rest } = plain(schema)
  return rest
}

const header = (name: string, description: string, schema: JsonObject): JsonObject => ({
  name,
  in: 'header',
  description,
  schema,
})
const text: JsonObject = { type: 'string' }
const time: JsonObject = { type: 'string', format: 'date-time' }

export const parameters: Readonly<Record<string, JsonObject>> = {
  JobId: { name: 'id', in: 'path', required: true, schema: { type: 'string', pattern: '^job_' } },
  Fields: {
    name: 'fields',
    in: 'query',
    schema: text,
    description: 'Names of members, separated by commas; only these are answered.',
  },
  Prefer: header(
    'Prefer',
    '`respond-async` for 202 at once; `wait=N` to wait up to N seconds, at most 60 (RFC 7240).',
    text,
  ),
  IdempotencyKey: header(
    'Idempotency-Key',
    'The same key with the same request is the same job, and never a second run.',
    { type: 'string', minLength: 1, maxLength: 257 },
  ),
  Priority: header('Buzzer-Priority', 'From 0, the first, to 9, the last.', {
    type: 'integer',
    minimum: 0,
    maximum: 9,
    default: 4,
  }),
  // Pages that send what a document gives as an example would have every call wait.
  Delay: header(
    'Buzzer-Delay',
    'Not before this much time has passed: a duration such as `250ms`, `30s`, `5m`, `2h` or `7d`.',
    text,
  ),
  RunAt: header('Buzzer-Run-At', 'Not before then.', time),
  Deadline: header(
    'Buzzer-Deadline',
    'Fail with `deadline-exceeded` if not finished by then: a duration or a time.',
    text,
  ),
  Key: header(
    'Buzzer-Key',
    'Jobs of one operation with the same key run one at a time, in order of acceptance.',
    text,
  ),
  Tags: header('Buzzer-Tags', 'For finding jobs later; separated by commas.', text),
  CallbackUrl: header('Callback-URL', 'Where events of the job are POSTed, signed.', {
    type: 'string',
    format: 'uri',
    maxLength: 2_048,
  }),
  CallbackEvents: header(
    'Callback-Events',
    '`final`, as without it: the outcome; `states`: every change; `all`: progress and output too.',
    // Pages that send what a document gives as the default would send it without an address.
    { type: 'string', enum: ['final', 'states', 'all'] },
  ),
  CallbackSecret: header('Callback-Secret', 'Signs them with `v1` besides.', {
    type: 'string',
    pattern: '^whsec_',
  }),
  TraceParent: header('traceparent', 'W3C Trace Context, carried into every call and event.', text),
  TraceState: header('tracestate', 'W3C Trace Context, carried into every call and event.', text),
}

const submissionHeaders = [
  'Prefer',
  'IdempotencyKey',
  'Priority',
  'Delay',
  'RunAt',
  'Deadline',
  'Key',
  'Tags',
  'CallbackUrl',
  'CallbackEvents',
  'CallbackSecret',
  'TraceParent',
  'TraceState',
]

/** The headers that every submission may have. */
export const submissionParameters: readonly JsonObject[] = submissionHeaders.map((name) =>
  refer('parameters', name),
)

export const responses: Readonly<Record<string, JsonObject>> = {
  Accepted: {
    description: 'Durable, and to be run: ask at `Location` how it stands.',
    headers: {
      'Location': { schema: { type: 'string', format: 'uri-reference' } },
      'Operation-Location': { schema: { type: 'string', format: 'uri' } },
      'Retry-After': { schema: { type: 'integer' } },
      'Preference-Applied': { schema: text },
      'Idempotency-Replayed': { schema: { const: 'true' } },
    },
    content: { 'application/json': { schema: refer('schemas', 'AcceptedJob') } },
  },
  Result: {
    description:
      'What a handler gave, as JSON or with the media type of its own; of a wrapped API, its status, headers and body.',
    content: { '*/*': {} },
  },
}
