import { Type, type Static } from 'typebox'
import type { ProblemDocument } from './problem.ts'

/** The states that a caller sees. The last three end a run. */
export const jobStates = [
  'queued',
  'running',
  'input_required',
  'succeeded',
  'failed',
  'cancelled',
] as const
export type JobState = (typeof jobStates)[number]

export const finalStates = ['succeeded', 'failed', 'cancelled'] as const
export type FinalState = (typeof finalStates)[number]

export const isFinal = (state: JobState): state is FinalState =>
  state === 'succeeded' || state === 'failed' || state === 'cancelled'

export const waitingReasons = [
  'queue',
  'delay',
  'retry',
  'key',
  'concurrency',
  'rate',
  'breaker',
  'no_worker',
  'upstream',
  'step',
  'signal',
] as const
export type WaitingReason = (typeof waitingReasons)[number]

const literals = <const Values extends readonly string[]>(values: Values) =>
  Type.Enum<[...Values]>([...values])
const nullable = <Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) =>
  Type.Union([schema, Type.Null()])
const Time = Type.String({ format: 'date-time', description: 'RFC 3339 in UTC with milliseconds' })

export const ProgressSchema = Type.Object({
  percent: nullable(Type.Number({ minimum: 0, maximum: 100 })),
  message: nullable(Type.String()),
})

export const ProblemSchema = Type.Object({
  type: Type.String({ format: 'uri-reference' }),
  title: Type.String(),
  status: Type.Integer({ minimum: 100, maximum: 599 }),
  detail: Type.String(),
  instance: Type.Optional(Type.String({ format: 'uri-reference' })),
  code: Type.String(),
  errors: Type.Optional(Type.Array(Type.Object({ pointer: Type.String(), detail: Type.String() }))),
})

/** Why a job failed, with what its attempts died of. */
export const JobErrorSchema = Type.Object({
  ...ProblemSchema.properties,
  attempts: Type.Array(
    Type.Object({
      attempt: Type.Integer({ minimum: 1 }),
      startedAt: Time,
      finishedAt: Time,
      error: ProblemSchema,
    }),
  ),
})

export const WaitingSchema = Type.Object({
  reason: literals(waitingReasons),
  until: nullable(Time),
  ahead: nullable(Type.Integer({ minimum: 0 })),
})

/** A job as it stands in every answer (PROTOCOL.md, section 2). */
export const JobSchema = Type.Object({
  id: Type.String({ pattern: '^job_[0-9a-z]{26}$' }),
  operation: Type.String(),
  state: literals(jobStates),
  version: Type.Integer({ minimum: 1 }),
  progress: nullable(ProgressSchema),
  run: Type.Integer({ minimum: 1 }),
  attempt: Type.Integer({ minimum: 0 }),
  maxAttempts: Type.Integer({ minimum: 1 }),
  priority: Type.Integer({ minimum: 0, maximum: 9 }),
  key: nullable(Type.String()),
  tags: Type.Array(Type.String()),
  waiting: nullable(WaitingSchema),
  parent: nullable(Type.String()),
  batch: nullable(Type.String()),
  createdAt: Time,
  startedAt: nullable(Time),
  finishedAt: nullable(Time),
  expiresAt: nullable(Time),
  error: nullable(JobErrorSchema),
  links: Type.Object({
    self: Type.String(),
    result: Type.String(),
    events: Type.String(),
    cancel: Type.String(),
  }),
})

export type JobDocument = Omit<Static<typeof JobSchema>, 'error'> & {
  error: ProblemDocument | null
}

/** The answer to a submission: the job, and the token that watches and cancels it. */
export const AcceptedSchema = Type.Intersect([
  JobSchema,
  Type.Object({ token: Type.String({ pattern: '^bzj_' }) }),
])
export type AcceptedDocument = JobDocument & { token: string }

export const JobListSchema = Type.Object({
  jobs: Type.Array(JobSchema),
  next: nullable(Type.String()),
})
export type JobListDocument = { jobs: JobDocument[]; next: string | null }
