import type { Millis } from '../../core/time.ts'
import type { Clock } from '../../ports/clock.ts'
import type { BreakerTerms } from './service.ts'

/** What a call says about the upstream; null where it says nothing, as when it was called off. */
export type Verdict = 'well' | 'ill' | null

export type Admission =
  | { readonly kind: 'admitted'; readonly report: (verdict: Verdict) => void }
  | { readonly kind: 'held'; readonly until: Millis }

/** Stops calls that fail, and lets a single one through now and then to see. */
export interface Breaker {
  /** Whoever is admitted reports, whatever happens. */
  enter(): Admission
  /** Until when calls are held off, or null where they are not. */
  heldOffUntil(): Millis | null
}

type State =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly until: Millis; readonly openMs: number }
  | { readonly kind: 'probing'; readonly openMs: number }

/** While one call probes, the others look again after this long, in milliseconds. */
const probeMs = 1_000

type Changed = (operation: string, openUntil: Millis | null) => void

/**
 * A breaker for each operation of an upstream, made when it is asked for: one operation that fails
 * is to hold up none of the others.
 *
 * @param changed told about every opening, with its end, and about every closing, with null
 */
export function createBreakers(
  terms: BreakerTerms,
  clock: Clock,
  changed: Changed,
): (operation: string) => Breaker {
  const breakers = new Map<string, Breaker>()
  return (operation) => {
    const known = breakers.get(operation)
    if (known !== undefined) return known
    const breaker = createBreaker(terms, clock, (until) => changed(operation, until))
    breakers.set(operation, breaker)
    return breaker
  }
}

function createBreaker(
  terms: BreakerTerms,
  clock: Clock,
  changed: (openUntil: Millis | null) => void,
): Breaker {
  let state: State = { kind: 'closed', failures: 0 }

  const open = (openMs: number): void => {
    state = { kind: 'open', until: clock.now() + openMs, openMs }
    changed(state.until)
  }

  const reportWhileClosed = (verdict: Verdict): void => {
    // A call from before the opening says nothing new about it.
    if (state.kind !== 'closed' || verdict === null) return
    const failures = verdict === 'ill' ? state.failures + 1 : 0
    state = { kind: 'closed', failures }
    if (failures >= terms.failures) open(terms.openMs)
  }

  const reportProbe = (openMs: number) => (verdict: Verdict) => {
    if (verdict === 'ill') return open(Math.min(openMs * 2, terms.maxOpenMs))
    // Without a verdict the next call is the probe.
    if (verdict === null) {
      state = { kind: 'open', until: clock.now(), openMs }
      return
    }
    state = { kind: 'closed', failures: 0 }
    changed(null)
  }

  const heldOffUntil = (): Millis | null => {
    const now = clock.now()
    if (state.kind === 'probing') return now + probeMs
    return state.kind === 'open' && state.until > now ? state.until : null
  }

  return {
    heldOffUntil,
    enter() {
      const until = heldOffUntil()
      if (until !== null) return { kind: 'held', until }
      if (state.kind !== 'open') return { kind: 'admitted', report: once(reportWhileClosed) }
      const { openMs } = state
      state = { kind: 'probing', openMs }
      return { kind: 'admitted', report: once(reportProbe(openMs)) }
    },
  }
}

function once(report: (verdict: Verdict) => void): (verdict: Verdict) => void {
  let reported = false
  return (verdict) => {
    if (reported) return
    reported = true
    report(verdict)
  }
}
