import type { PolledMonitor } from '../../core/payload.ts'
import type { Millis } from '../../core/time.ts'
import type { OutboundAnswer } from '../../ports/outbound.ts'
import { headerOf } from './headers.ts'
import { isRetryableStatus } from './problem.ts'
import { retryAfter } from '../../core/retry-after.ts'
import { readStatus } from './status-document.ts'

/** What to do after a look at an asynchronous upstream. */
export type Step =
  | {
      readonly kind: 'wait'
      /** Where to look next. */
      readonly url: string
      readonly retryAfterMs: number | null
      readonly percent: number | null
      readonly message: string | null
    }
  /** Look at another place at once, for the status or for the result. */
  | { readonly kind: 'go'; readonly url: string; readonly for: Sought }
  /** This answer is the result. */
  | { readonly kind: 'result' }
  | { readonly kind: 'failed'; readonly detail: string; readonly extensions: object }

export type Sought = 'status' | 'result'

/** Answers in which a monitor is moved, and in which it points at what became ready. */
const moved = new Set([301, 307, 308])
const seeOther = new Set([302, 303])
/** A look may be repeated after these too, as it changes nothing. */
const tooEarly = new Set([408, 425])

/**
 * Finds the monitor of work that goes on after its answer: a 202 with `Operation-Location`,
 * `Azure-AsyncOperation` or `Location`, or a 201 with `Location` and a status document that is
 * pending (OGC API Processes). Where the first is there, `Location` is the place of the result.
 *
 * @returns null where the answer is a result like any other
 */
export function startsWork(
  answer: OutboundAnswer,
  url: string,
): { readonly url: string; readonly resultUrl?: string } | null {
  const operation = operationLocation(answer)
  const location = headerOf(answer.headers, 'location')
  const place = operation ?? location
  if (place === null) return null
  const pending = answer.status === 201 && readStatus(answer, url).kind === 'pending'
  if (answer.status !== 202 && !pending) return null
  const monitor = resolve(place, url)
  const result = operation === null || location === null ? monitor : resolve(location, url)
  return result === monitor ? { url: monitor } : { url: monitor, resultUrl: result }
}

/**
 * Decides after a look. A monitor is followed by these rules, in this order:
 *
 * 1. 202, or a status document that is pending: wait. A new `Operation-Location`, or `Location`
 *    on a 202, is where to look next.
 * 2. 408, 425, 429 and 5xx: wait.
 * 3. 301, 307, 308: the monitor moved. 302, 303: what `Location` names is the result.
 * 4. A status document that has failed, or another 4xx or 5xx: the work failed.
 * 5. A status document that has succeeded: the result is where it says, else where the first
 *    answer said, else this answer itself.
 * 6. Anything else that is answered is the result.
 *
 * Of the place of a result any answer but those of rule 2, redirects and 202 is the result.
 */
export function stepAfter(
  answer: OutboundAnswer,
  sought: Sought,
  monitor: Pick<PolledMonitor, 'url' | 'resultUrl'>,
  url: string,
  now: Millis,
): Step {
  const retryAfterMs = retryAfter(answer.headers, now)
  const wait = { kind: 'wait', retryAfterMs, percent: null, message: null } as const
  const location = headerOf(answer.headers, 'location')
  if (isRetryableStatus(answer.status) || tooEarly.has(answer.status)) {
    return { ...wait, url: monitor.url }
  }
  if (answer.status === 202) {
    return { ...wait, url: resolve(operationLocation(answer) ?? location ?? url, url) }
  }
  if (location !== null && moved.has(answer.status)) {
    return { kind: 'go', url: resolve(location, url), for: sought }
  }
  if (location !== null && seeOther.has(answer.status)) {
    return { kind: 'go', url: resolve(location, url), for: 'result' }
  }
  if (sought === 'result') return { kind: 'result' }
  return stepAfterStatus(answer, monitor, url, retryAfterMs)
}

function stepAfterStatus(
  answer: OutboundAnswer,
  monitor: Pick<PolledMonitor, 'url' | 'resultUrl'>,
  url: string,
  retryAfterMs: number | null,
): Step {
  const upstreamStatus = answer.status
  if (answer.status >= 400) {
    const detail = `its status monitor answered ${answer.status}`
    return { kind: 'failed', detail, extensions: { upstreamStatus } }
  }
  const status = readStatus(answer, url)
  switch (status.kind) {
    case 'pending': {
      const next = resolve(operationLocation(answer) ?? url, url)
      const { percent, message } = status
      return { kind: 'wait', url: next, retryAfterMs, percent, message }
    }
    case 'failed':
      return {
        kind: 'failed',
        detail: `it ended as ${JSON.stringify(status.status.slice(0, 100))}`,
        extensions: { upstreamStatus, upstreamError: status.error },
      }
    case 'succeeded':
    case 'none': {
      const place = (status.kind === 'succeeded' ? status.result : null) ?? monitor.resultUrl
      if (place === undefined) return { kind: 'result' }
      return { kind: 'go', url: resolve(place, url), for: 'result' }
    }
  }
}

const operationLocation = (answer: OutboundAnswer): string | null =>
  headerOf(answer.headers, 'operation-location') ?? headerOf(answer.headers, 'azure-asyncoperation')

/** What does not even resolve is kept as it is, and refused where it is looked at. */
const resolve = (place: string, base: string): string =>
  URL.canParse(place, base) ? new URL(place, base).href : place
