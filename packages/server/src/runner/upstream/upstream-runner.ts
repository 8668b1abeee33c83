import { climbs } from '../../core/climbs.ts'
import { attemptEndsAt } from '../../core/lease.ts'
import {
  isAwaited,
  isBlob,
  type AwaitedCallback,
  type Input,
  type Result,
  type UpstreamRequest,
} from '../../core/payload.ts'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Outbound, OutboundAnswer } from '../../ports/outbound.ts'
import type { Random } from '../../ports/random.ts'
import type { Attempt, Runner, RunOutcome } from '../../ports/runner.ts'
import type { Tracing } from '../../ports/tracing.ts'
import { createAsker, type Asked } from './ask.ts'
import { createBreakers } from './breaker.ts'
import { withCallback } from './callback.ts'
import { createAuthorizer } from './credentials.ts'
import { startsWork } from './follow.ts'
import { headerOf, kept } from './headers.ts'
import { createLooker, gaveUp } from './look.ts'
import {
  answeredBadly,
  finalFailure,
  isRetryableStatus,
  notAnswered,
  notBegun,
  type CallName,
} from './problem.ts'
import { isIdempotent, replay } from './request.ts'
import { retryAfter } from '../../core/retry-after.ts'
import { formatTime } from '../../core/time.ts'
import { createSpills } from './spills.ts'
import { createRetryBudget } from './retry-budget.ts'
import type { AskTerms } from './send.ts'
import {
  defaultBreaker,
  defaultRetryBudget,
  type UpstreamOperation,
  type UpstreamService,
} from './service.ts'

export interface UpstreamRunnerDeps {
  readonly outbound: Outbound
  readonly clock: Clock
  readonly random: Random
  readonly service: UpstreamService
  readonly log: Log
  readonly tracing: Tracing | null
}

/** After this long a retry beyond the budget may ask again, in milliseconds. */
const budgetWaitMs = 1_000

/**
 * Runs the operations of a service by sending each stored call to its upstream, byte for byte.
 * Connection errors, timeouts, 429 and passing 5xx are failures that another attempt may mend; an
 * answer of any other status is the result. Work that goes on after a 202 is followed to its end.
 *
 * @throws Error where the service's URL or one of its `followOrigins` is no http or https URL
 */
export function createUpstreamRunner(deps: UpstreamRunnerDeps): Runner {
  const { clock, service } = deps
  const closing = new AbortController()
  const breakerOf = createBreakers(service.breaker ?? defaultBreaker, clock, (operation, until) => {
    if (until === null) return deps.log.info({ operation }, 'the upstream is back')
    deps.log.warn({ operation, until: formatTime(until) }, 'the upstream fails; holding off')
  })
  const budget = createRetryBudget(service.retryBudget ?? defaultRetryBudget, clock)
  const authorizer = createAuthorizer(service.credentials, { ...deps, signal: closing.signal })
  const asker = createAsker({ ...deps, breakerOf, authorizer })
  const looker = createLooker({
    ...deps,
    asker,
    serviceOrigin: httpOrigin(baseUrl(service.url)),
    followOrigins: new Set(service.followOrigins.map(httpOrigin)),
    resultOf,
  })

  const call = async (
    attempt: Attempt,
    input: Input & { readonly request: UpstreamRequest },
    terms: AskTerms,
    operation: UpstreamOperation,
  ): Promise<RunOutcome> => {
    const name = nameOf(service, attempt, input.request)
    if (attempt.job.attempt <= 1) budget.earn()
    else if (breakerOf(name.operation).heldOffUntil() === null && !budget.spend()) {
      return overBudget(name)
    }
    const { callback } = operation
    const stored = replay(service.url, attempt, input)
    const replayed =
      callback === null ? stored : await withCallback(name, stored, attempt, callback)
    if ('kind' in replayed) return replayed
    const asked = await asker.own(name.operation, replayed, terms)
    if (asked.kind !== 'answered') return unanswered(name, asked, operation, clock)
    const { answer } = asked
    const retryAfterMs = retryAfter(answer.headers, clock.now())
    if (isRetryableStatus(answer.status)) return answeredBadly(name, answer.status, retryAfterMs)
    const work = startsWork(answer, replayed.url)
    if (work === null && callback !== null && answer.status === 202) {
      return awaited({ hook: callback.hook, giveUpAt: clock.now() + callback.withinMs })
    }
    if (work === null) return { kind: 'done', result: resultOf(answer) }
    const giveUpAt = clock.now() + (callback?.withinMs ?? operation.giveUpMs)
    return looker.begin(name, { ...work, polls: 0, giveUpAt }, retryAfterMs)
  }

  return {
    heldOffUntil: (operation) => breakerOf(operation).heldOffUntil(),
    async run(attempt) {
      const { input, job } = attempt
      if (input === null || input.request === null) throw new Error('The job holds no call.')
      const { request } = input
      const name = nameOf(service, attempt, request)
      const { monitor } = job
      if (monitor !== null && isAwaited(monitor)) {
        return clock.now() >= monitor.giveUpAt ? gaveUp(name) : awaited(monitor)
      }
      if (climbs(request.target)) return climbing(name)
      const operation = service.operation(job.operation)
      if (isBlob(input.body) && !(await attempt.blobs.has(input.body.id))) return lostInput(name)
      const maxBytes = attempt.maxResultBytes ?? operation.maxResultBytes
      const { spill, settle } = createSpills(attempt, maxBytes)
      const timeoutMs = Math.max(1, attemptEndsAt(job) - clock.now())
      const terms = { timeoutMs, maxBytes, spill, signal: attempt.signal }
      const outcome =
        monitor === null
          ? await call(attempt, { ...input, request }, terms, operation)
          : await looker.look(attempt, name, monitor, terms)
      settle(outcome)
      return outcome
    },
    [Symbol.asyncDispose]() {
      closing.abort()
      return Promise.resolve()
    },
  }
}

/** Whoever calls back ends the job; it is looked at again only when nobody has. */
const awaited = (monitor: AwaitedCallback): RunOutcome => ({
  kind: 'parked',
  monitor,
  dueAt: monitor.giveUpAt,
})

const nameOf = (
  { name: service }: UpstreamService,
  { job: { operation } }: Attempt,
  { method }: UpstreamRequest,
): CallName => ({ service, operation, method })

function unanswered(
  name: CallName,
  asked: Exclude<Asked, { kind: 'answered' }>,
  operation: UpstreamOperation,
  clock: Clock,
): RunOutcome {
  switch (asked.kind) {
    case 'held':
      return notBegun(
        `${name.operation} fails at the upstream ${name.service}, so it was not sent to it.`,
        Math.max(0, asked.until - clock.now()),
      )
    case 'unauthorized':
      return { ...finalFailure('upstream-failed', asked.detail), retryable: asked.retryable }
    case 'failed':
      return notAnswered(name, asked.failure, operation.retryUnsafe || isIdempotent(name.method))
  }
}

const overBudget = (name: CallName): RunOutcome =>
  notBegun(
    `Too many calls of the upstream ${name.service} are retries already, so ${name.operation} waits.`,
    budgetWaitMs,
  )

const lostInput = (name: CallName): RunOutcome =>
  finalFailure(
    'internal-error',
    `The stored body of ${name.operation} is missing. Submit the call again.`,
  )

const climbing = (name: CallName): RunOutcome =>
  finalFailure(
    'validation-failed',
    `The path of ${name.operation} holds dot segments, which could reach another operation. ` +
      'Send the path in its normal form.',
  )

/** The answer as it is kept: byte for byte, less what was about the connection. */
const resultOf = (answer: OutboundAnswer): Result => ({
  status: answer.status,
  mediaType: headerOf(answer.headers, 'content-type'),
  headers: kept(answer.headers),
  body: answer.body,
})

function baseUrl(url: string): string {
  if (!/[?#]/.test(url)) return url
  throw new Error(`The URL of a service has neither query nor fragment: ${url}`)
}

function httpOrigin(url: string): string {
  const parsed = URL.canParse(url) ? new URL(url) : null
  if (parsed !== null && /^https?:$/.test(parsed.protocol)) return parsed.origin
  throw new Error(`This is no http or https URL: ${url}`)
}
