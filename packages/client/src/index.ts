export { createClient, type Client, type ClientOptions } from './client.ts'
export type { Clock } from './clock.ts'
export {
  BuzzerError,
  ConnectionError,
  JobCancelledError,
  JobFailedError,
  StreamUnavailableError,
  WaitTimeoutError,
} from './error.ts'
export type { ServiceCall } from './fetch-service.ts'
export type * from './job-event.ts'
export type { CallOptions, EventsOptions, JobHandle, ResultOptions } from './job-handle.ts'
export type { DeadLetterFilter, DeadLetters, JobFilter, Jobs, PageOptions } from './jobs.ts'
export type { LiveStream } from './live-stream.ts'
export type { Operations, OperationsOf, OperationTypes } from './operation-types.ts'
export type { OutputUpdate } from './read-output.ts'
export type { RetryOptions } from './retry.ts'
export type { Callback, SubmitOptions } from './submit-options.ts'
export type { Span } from './time.ts'
export type { Credential } from './transport.ts'
export type { JobDocument, JobListDocument, JobState, ProblemDocument } from '@buzzer/contract'
