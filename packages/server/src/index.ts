export { raw, type Raw } from './core/raw.ts'
export type {
  Handler,
  HandlerContext,
  HandlerEvent,
  HandlerJob,
  HandlerLog,
  PublishedEvent,
} from './core/handler.ts'
export type { Mode } from './core/operation.ts'
export {
  channel,
  type ChannelDefinition,
  type ChannelOptions,
  type HistoryOptions,
} from './define/channel.ts'
export {
  defineConfig,
  type AuthOptions,
  type ConfigOptions,
  type LogOptions,
  type TelemetryOptions,
  type OutboundOptions,
  type RetentionOptions,
  type WorkerOptions,
} from './define/config.ts'
export { RetryableError, TerminalError, type TerminalProblem } from './define/errors.ts'
export type { CallbackOptions } from './define/callback.ts'
export {
  hook,
  type GithubVerifyOptions,
  type HmacVerifyOptions,
  type HookDefinition,
  type HookFinishOptions,
  type HookOptions,
  type HookPublishOptions,
  type HookSubmitOptions,
  type SecretOptions,
  type StandardVerifyOptions,
  type StripeVerifyOptions,
  type VerifyOptions,
} from './define/hook.ts'
export {
  operation,
  type AdmissionOptions,
  type DeadLetterOptions,
  type IdempotencyOptions,
  type LimitOptions,
  type OperationDefinition,
  type OperationOptions,
  type PolicyOptions,
  type RetryOptions,
  type ScheduleOptions,
  type Size,
} from './define/operation.ts'
export type { JsonSchema, Schema } from './define/schema.ts'
export {
  service,
  type Credentials,
  type ServiceDefinition,
  type ServiceOperationOptions,
  type ServiceOptions,
} from './define/service.ts'
export type { Duration } from '@buzzer/contract'
