export type * from './batch-event.ts'
export type {
  BatchEntry,
  BatchHandle,
  BatchJobOptions,
  BatchOptions,
  BatchResult,
} from './batch-handle.ts'
export { isReset, resetType } from './channel/channel-event.ts'
export type { ChannelEvent, ChannelItem, ChannelReset } from './channel/channel-event.ts'
export type { ChannelHandle, SubscribeOptions } from './channel/channel-handle.ts'
export type { Channels, ChannelsOf, ChannelTypes } from './channel/channel-types.ts'
export type { Presence } from './channel/presence.ts'
export type { NewEvent, PublishedEvent } from './channel/publish.ts'
export { createClient, type Client, type ClientOptions } from './client.ts'
export type { Clock } from './clock.ts'
export type { Download } from './download.ts'
export type {
  DeadLetterFilter,
  DeadLetters,
  DiscardFilter,
  RetryDeadLettersOptions,
} from './dead-letters.ts'
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
export type { JobFilter, Jobs, PageOptions } from './jobs.ts'
export type { StreamStatus } from './follow.ts'
export type { EventStream, LiveStream } from './live-stream.ts'
export type { Protocol } from './protocols.ts'
export type { Operations, OperationsOf, OperationTypes } from './operation-types.ts'
export type { OutputUpdate } from './read-output.ts'
export type { RetryOptions } from './retry.ts'
export type { Callback, SubmitOptions } from './submit-options.ts'
export type { WebSocketConstructor, WebSocketLike } from './socket/web-socket.ts'
export type { Schedules } from './schedules.ts'
export type { Span } from './time.ts'
export type { Credential } from './transport.ts'
export type { Deliveries, DeliveryFilter } from './webhook/deliveries.ts'
export type { WithSecret } from './webhook/read-webhook.ts'
export type { WebhookHeaders } from './webhook/signed-headers.ts'
export { WebhookVerificationError, type WebhookFault } from './webhook/verification-error.ts'
export {
  verifyWebhook,
  type VerifiedWebhook,
  type VerifyOptions,
} from './webhook/verify-webhook.ts'
export type {
  ChangeOptions,
  RedeliverOptions,
  ReplayOptions,
  WebhookChanges,
  Webhooks,
} from './webhook/webhooks.ts'
export type {
  DeadLetterCount,
  DeadLetterGroup,
  DeadLetterGroupsDocument,
  ScheduleDocument,
} from '@buzzer/contract'
export type {
  DeliveryAttemptDocument,
  DeliveryDocument,
  DeliveryListDocument,
  DeliveryState,
  NewWebhook,
  RedeliveredDocument,
  WebhookDocument,
  WebhookKeysDocument,
  WebhookListDocument,
  WebhookSettings,
  WholeDeliveryDocument,
} from '@buzzer/contract'
export type {
  BatchDocument,
  CloudEvent,
  JobDocument,
  JobListDocument,
  JobState,
  ProblemDocument,
} from '@buzzer/contract'
