import type { PolledMonitor, Result } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { OutboundAnswer } from '../../ports/outbound.ts'
import type { Random } from '../../ports/random.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import type { Asked, Asker } from './ask.ts'
import { stepAfter, type Sought, type Step } from './follow.ts'
import { finalFailure, notAnswered, type CallName } from './problem.ts'
import { lookAt } from './request.ts'
import type { AskTerms } from './send.ts'

/** How one asynchronous answer is followed. */
export interface Looker {
  /** The first wait for work that was just started. */
  begin(name: CallName, monitor: PolledMonitor, retryAfterMs: number | null): RunOutcome
  /** One look, with the steps that follow from it at once. */
  look(
    attempt: Attempt,
    name: CallName,
    monitor: PolledMonitor,
    terms: AskTerms,
  ): Promise<RunOutcome>
}

export interface LookerDeps {
  readonly asker: Asker
  readonly clock: Clock
  readonly random: Random
  readonly serviceOrigin: string
  readonly followOrigins: ReadonlySet<string>
  readonly resultOf: (answer: OutboundAnswer) => Result
}

/** The wait between looks grows from the first to the last, unless the upstream names one. */
const firstWaitMs = 500
const growth = 1.5
const lastWaitMs = 30_000
const maxAskedWaitMs = 3_600_000
/** Redirects and results in one look; more is a loop. */
const maxSteps = 6

export function createLooker(deps: LookerDeps): Looker {
  const { clock } = deps

  const park = (monitor: PolledMonitor, retryAfterMs: number | null): RunOutcome => {
    const waitMs = waitBefore(monitor.polls, deps.random.fraction(), retryAfterMs)
    const dueAt = Math.min(clock.now() + waitMs, Math.max(monitor.giveUpAt, clock.now()))
    return { kind: 'parked', monitor, dueAt }
  }

  const ask = (url: string, sought: Sought, attempt: Attempt, terms: AskTerms): Promise<Asked> => {
    const accept = sought === 'status' ? 'application/json, */*;q=0.5' : '*/*'
    const call = lookAt(url, accept, attempt)
    const termsNow = sought === 'status' ? whole(terms) : terms
    return originOf(url) === deps.serviceOrigin
      ? deps.asker.own(attempt.job.operation, call, termsNow)
      : deps.asker.foreign(call, termsNow)
  }

  /** Why a URL may not be looked at, or null. */
  const refusal = (name: CallName, url: string): RunOutcome | null => {
    const origin = originOf(url)
    if (origin === deps.serviceOrigin || deps.followOrigins.has(origin)) return null
    return finalFailure(
      'upstream-failed',
      `The upstream ${name.service} sent ${name.operation} on to ${origin}, which is not its own ` +
        'origin. Name it in `followOrigins` of the service if it may be followed there.',
    )
  }

  const look: Looker['look'] = async (attempt, name, monitor, terms) => {
    if (clock.now() >= monitor.giveUpAt) return gaveUp(name)
    const looked = { ...monitor, polls: monitor.polls + 1 }
    let url = monitor.url
    let sought: Sought = 'status'
    for (let steps = 0; steps < maxSteps; steps += 1) {
      const refused = refusal(name, url)
      if (refused !== null) return refused
      const asked = await ask(url, sought, attempt, terms)
      if (asked.kind === 'held') return { kind: 'parked', monitor, dueAt: asked.until }
      if (asked.kind !== 'answered') return notSeen(name, asked, park, looked)
      const step = stepAfter(asked.answer, sought, monitor, url, clock.now())
      if (step.kind === 'result') return { kind: 'done', result: deps.resultOf(asked.answer) }
      if (step.kind === 'failed') return workFailed(name, step)
      if (step.kind === 'wait') {
        if (step.percent !== null || step.message !== null) {
          await attempt.progress(step.percent, step.message)
        }
        return refusal(name, step.url) ?? park({ ...looked, url: step.url }, step.retryAfterMs)
      }
      url = step.url
      sought = step.for
    }
    return finalFailure(
      'upstream-failed',
      `The upstream ${name.service} redirects the status of ${name.operation} in circles.`,
    )
  }

  return {
    look,
    begin: (name, monitor, retryAfterMs) =>
      refusal(name, monitor.url) ?? park(monitor, retryAfterMs),
  }
}

/** A status has to be read, and may carry the whole result. */
const whole = (terms: AskTerms): AskTerms =>
  terms.spill === undefined ? terms : { ...terms, spill: { ...terms.spill, above: statusAtMost } }

/** Larger than any word of how the work is going, in bytes. */
const statusAtMost = 4_194_304

/** A look changes nothing, so it is simply made again, unless it can never succeed. */
function notSeen(
  name: CallName,
  asked: Exclude<Asked, { kind: 'answered' | 'held' }>,
  park: (monitor: PolledMonitor, retryAfterMs: number | null) => RunOutcome,
  monitor: PolledMonitor,
): RunOutcome {
  if (asked.kind === 'unauthorized') return park(monitor, null)
  const { reason } = asked.failure
  return reason === 'rejected' || reason === 'too-large'
    ? notAnswered(name, asked.failure, true)
    : park(monitor, null)
}

const workFailed = (name: CallName, step: Extract<Step, { kind: 'failed' }>): RunOutcome =>
  finalFailure(
    'upstream-failed',
    `The upstream ${name.service} accepted ${name.operation}, but ${step.detail}.`,
    { ...step.extensions },
  )

export const gaveUp = (name: CallName): RunOutcome =>
  finalFailure(
    'upstream-timeout',
    `The upstream ${name.service} accepted ${name.operation} and did not finish it in time. ` +
      'It may still do so; it was not asked again.',
  )

/** What the upstream asks for counts within bounds; else the wait grows, spread by a quarter. */
function waitBefore(polls: number, jitter: number, retryAfterMs: number | null): Millis {
  if (retryAfterMs !== null) return Math.min(Math.max(retryAfterMs, firstWaitMs), maxAskedWaitMs)
  const waitMs = Math.min(firstWaitMs * growth ** polls, lastWaitMs)
  return Math.round(waitMs * (0.75 + jitter / 2))
}

const originOf = (url: string): string => (URL.canParse(url) ? new URL(url).origin : 'nowhere')
