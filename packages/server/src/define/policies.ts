import { noAdmissionBound, type AdmissionPolicy } from '../core/admission.ts'
import { defaultPolicies, type Policies } from '../core/operation.ts'
import type { RetryPolicy } from '../core/retry.ts'
import { ConfigError, type ConfigIssue } from './errors.ts'
import type {
  AdmissionOptions,
  DeadLetterOptions,
  IdempotencyOptions,
  LimitOptions,
  OperationDefinition,
  OwnPolicyOptions,
  RetryOptions,
} from './operation.ts'
import { createReader, type Reader } from './option-reader.ts'
import { scheduleOf } from './schedule.ts'

/** A shorter lease could end while its renewal is on its way to a busy disk. */
const leastLeaseMs = 500

/**
 * The policies of an operation that is run by a handler.
 *
 * @throws ConfigError naming all that is wrong, such as `operations.render-report.wait`
 */
export function operationPolicies(name: string, definition: OperationDefinition): Policies {
  const path = `operations.${name}`
  return policiesOf(path, definition, defaultPolicies)
}

/**
 * Turns policies as users write them into those that the engine works with.
 *
 * @param path where they stand in the configuration
 * @param base what holds where they say nothing
 * @param found what is already known to be wrong there
 * @throws ConfigError naming all that is wrong
 */
export function policiesOf(
  path: string,
  options: OwnPolicyOptions,
  base: Policies,
  found: readonly ConfigIssue[] = [],
): Policies {
  const read = createReader(path)
  const policies: Policies = {
    mode: read.mode('mode', options.mode) ?? base.mode,
    waitMs: read.duration('wait', options.wait) ?? base.waitMs,
    timeoutMs: read.duration('timeout', options.timeout, 1) ?? base.timeoutMs,
    leaseMs: read.duration('lease', options.lease, leastLeaseMs) ?? base.leaseMs,
    concurrency:
      options.concurrency === null
        ? null
        : (read.count('concurrency', options.concurrency) ?? base.concurrency),
    retry: retryOf(read, options.retry, base.retry),
    idempotency: idempotencyOf(read, options.idempotency, base.idempotency),
    cacheable: read.flag('cacheable', options.cacheable) ?? base.cacheable,
    admission: admissionOf(read, options.admission, base.admission),
    limits: limitsOf(read, options.limits, base.limits),
    schedule: scheduleOf(read, options.schedule, base.schedule),
    deadLetterAlert: deadLetterAlertOf(read, options.deadLetters) ?? base.deadLetterAlert,
  }
  const issues = [...found, ...read.issues]
  if (issues.length > 0) throw new ConfigError(issues)
  return policies
}

function retryOf(read: Reader, given: RetryOptions | undefined, base: RetryPolicy): RetryPolicy {
  const options = read.group('retry', given, ['attempts', 'delay', 'factor', 'maxDelay'])
  const delayMs = read.duration('retry.delay', options.delay) ?? base.delayMs
  const maxDelayMs = read.duration('retry.maxDelay', options.maxDelay)
  if (maxDelayMs !== null && maxDelayMs < delayMs) {
    read.refuse('retry.maxDelay', 'it is shorter than retry.delay; write a longer one')
  }
  return {
    attempts: read.count('retry.attempts', options.attempts) ?? base.attempts,
    delayMs,
    factor: read.factor('retry.factor', options.factor) ?? base.factor,
    // A default that is shorter than the delay asked for would cut it without a word.
    maxDelayMs: maxDelayMs ?? Math.max(base.maxDelayMs, delayMs),
  }
}

function limitsOf(
  read: Reader,
  given: LimitOptions | undefined,
  base: Policies['limits'],
): Policies['limits'] {
  const options = read.group('limits', given, ['body', 'result'])
  return {
    bodyBytes: read.size('limits.body', options.body) ?? base.bodyBytes,
    resultBytes: read.size('limits.result', options.result) ?? base.resultBytes,
  }
}

function admissionOf(
  read: Reader,
  given: AdmissionOptions | null | undefined,
  base: AdmissionPolicy,
): AdmissionPolicy {
  if (given === null) return noAdmissionBound
  const options = read.group('admission', given, ['backlog', 'age'])
  return {
    backlog: read.count('admission.backlog', options.backlog) ?? base.backlog,
    ageMs: read.duration('admission.age', options.age, 1) ?? base.ageMs,
  }
}

function idempotencyOf(
  read: Reader,
  given: IdempotencyOptions | undefined,
  base: Policies['idempotency'],
): Policies['idempotency'] {
  const options = read.group('idempotency', given, ['required', 'window'])
  return {
    required: read.flag('idempotency.required', options.required) ?? base.required,
    windowMs: read.duration('idempotency.window', options.window, 1) ?? base.windowMs,
  }
}

function deadLetterAlertOf(read: Reader, given: DeadLetterOptions | undefined): number | null {
  const { alert } = read.group('deadLetters', given, ['alert'])
  return alert === 0 ? 0 : read.count('deadLetters.alert', alert)
}
