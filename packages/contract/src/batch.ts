import { Type, type Static } from 'typebox'
import { jobStates, type FinalState, type JobState } from './job.ts'
import type { ProblemDocument } from './problem.ts'

/** The states of a batch: it ends as `succeeded` only where all of its jobs did. */
export const batchStates = ['queued', 'running', 'succeeded', 'failed', 'cancelled'] as const
export type BatchState = (typeof batchStates)[number]

/** More than this many jobs are two batches. */
export const maxBatchJobs = 1_000

/** What a batch's channel tells, as the part of the CloudEvents `type` after `dev.buzzer.`. */
export const batchEventTypes = [
  'batch.snapshot',
  'job.succeeded',
  'job.failed',
  'job.cancelled',
  'batch.succeeded',
  'batch.failed',
  'batch.cancelled',
] as const
export type BatchEventType = (typeof batchEventTypes)[number]

const count = Type.Integer({ minimum: 0 })

/** One entry of a submission; all but `operation` may be left out. */
export const BatchJobSchema = Type.Object({
  operation: Type.String(),
  input: Type.Optional(Type.Unknown({ description: 'As the operation takes it' })),
  priority: Type.Optional(Type.Integer({ minimum: 0, maximum: 9 })),
  delay: Type.Optional(Type.String({ description: 'Not before this has passed, such as 30s' })),
  runAt: Type.Optional(Type.String({ format: 'date-time' })),
  deadline: Type.Optional(Type.String({ description: 'A duration or a time' })),
  key: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
  tags: Type.Optional(Type.Array(Type.String(), { maxItems: 20 })),
  idempotencyKey: Type.Optional(Type.String({ minLength: 1, maxLength: 255 })),
})
export type BatchJobDocument = Static<typeof BatchJobSchema>

/** What a call has where it is an object: an entry of a batch, or a message of a WebSocket. */
export const callMembers: readonly string[] = Object.keys(BatchJobSchema.properties)

export const BatchSubmissionSchema = Type.Object({
  jobs: Type.Array(BatchJobSchema, { minItems: 1, maxItems: maxBatchJobs }),
})
export type BatchSubmissionDocument = Static<typeof BatchSubmissionSchema>

/** A batch as it stands in every answer (PROTOCOL.md, section 1). */
export const BatchSchema = Type.Object({
  id: Type.String({ pattern: '^bat_[0-9a-z]{26}$' }),
  state: Type.Enum<[...typeof batchStates]>([...batchStates]),
  counts: Type.Object({
    queued: count,
    running: count,
    input_required: count,
    succeeded: count,
    failed: count,
    cancelled: count,
  }),
  jobs: Type.Array(Type.String({ pattern: '^job_[0-9a-z]{26}$' })),
  createdAt: Type.String({ format: 'date-time' }),
  links: Type.Object({
    self: Type.String(),
    events: Type.String(),
    results: Type.String(),
    cancel: Type.String(),
  }),
})

/** How many jobs of a batch stand where; together as many as it has. */
export type BatchCounts = { readonly [State in JobState]: number }
export type BatchDocument = Static<typeof BatchSchema>

/** The answer to a submission: the batch, and the token that opens it and its jobs. */
export const AcceptedBatchSchema = Type.Intersect([
  BatchSchema,
  Type.Object({ token: Type.String({ pattern: '^bzj_' }) }),
])
export type AcceptedBatchDocument = BatchDocument & { token: string }

/** What became of one job: its result where it succeeded, its error where there is one. */
export const BatchResultSchema = Type.Object({
  job: Type.String(),
  state: Type.Enum<[...typeof jobStates]>([...jobStates]),
  result: Type.Optional(Type.Unknown()),
  error: Type.Optional(Type.Unknown({ description: 'A problem (RFC 9457)' })),
})
export interface BatchResultDocument {
  readonly job: string
  readonly state: JobState
  readonly result?: unknown
  readonly error?: ProblemDocument
}

/** The `data` of a job's outcome on its batch's channel. */
export interface BatchOutcomeData {
  readonly job: string
  readonly state: FinalState
  readonly run: number
  readonly attempt: number
  readonly error: ProblemDocument | null
  readonly deadLetter?: true
}
