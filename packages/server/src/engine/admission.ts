import type { Problem } from '@buzzer/contract'
import {
  bothOf,
  boundPassed,
  retryAfterSeconds,
  type AdmissionPolicy,
  type ShedReason,
} from '../core/admission.ts'
import { holdOf, nextHold } from '../core/hold.ts'
import type { Millis } from '../core/time.ts'
import type { Catalog, Operation } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Store } from '../ports/store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Pressure } from './pressure.ts'
import { createShedLog } from './shed-log.ts'

/**
 * Keeps calls out that could only wait. It works on an estimate of its own, so that a call costs no
 * look into the store: what the store said last, and what this node has queued and claimed since.
 * Several nodes may together pass a bound by what they take between two looks.
 */
export interface Admission {
  /** Whether no call at all has to be refused now: the one look that most calls cost. */
  readonly isOpen: boolean
  /** @returns null where a call of the operation may come in */
  refusal(operation: string): Refused | null
  /** A job was queued and is runnable. */
  queued(operation: Operation): void
  /** A queued job was claimed. */
  claimed(operation: string): void
  /** Looks into the store now. */
  look(): Promise<void>
  stop(): Promise<void>
}

export interface AdmissionParts {
  readonly store: Store
  readonly catalog: Catalog
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  readonly telemetry: Telemetry
  readonly admissionBounds: AdmissionPolicy
  /** The share of its time, from 0 to 1, that this process has worked since it was last asked. */
  readonly busyShare: () => number
}

export interface Refused {
  readonly problem: Problem
  readonly reason: ShedReason
  /** What the caller is told to wait, in seconds. */
  readonly retryAfter: number
  /**
   * How long to let it wait for its answer, in milliseconds; see core/hold.ts.
   */
  readonly holdMs: number
}

/** What is known of an operation; the bound that it passed is found anew with each change. */
interface State {
  ready: number
  oldestAt: Millis | null
  claimed: number
  perSecond: number
  bounds: AdmissionPolicy
}

/** How often the store is asked while calls come. */
const lookMs = 250
/** How often it is said anew how long refused callers wait for their answers. */
const holdsForMs = 100
/** How much of the measured rate the last look makes up. */
const freshShare = 0.3

export function createAdmission(parts: AdmissionParts, pressure: Pressure): Admission {
  const { clock, store, catalog, random, telemetry, busyShare } = parts
  const states = new Map<string, State>()
  const over = new Map<string, Exclude<ShedReason, 'node'>>()
  const shedLog = createShedLog(parts)
  let lookedAt = clock.monotonic()
  let hold = { ms: 0, until: 0 }
  let asked = false
  let callOff: (() => void) | null = null
  let stopped = false

  const boundsOf = (policies: Operation['policies'] | undefined): AdmissionPolicy =>
    policies === undefined
      ? parts.admissionBounds
      : bothOf(parts.admissionBounds, policies.admission)

  const stateOf = (name: string): State => {
    const known = states.get(name)
    if (known !== undefined) return known
    const bounds = boundsOf(catalog.operation(name)?.policies)
    const state: State = { ready: 0, oldestAt: null, claimed: 0, perSecond: 0, bounds }
    states.set(name, state)
    return state
  }

  const judge = (name: string, state: State): void => {
    const passed = boundPassed(state, state.bounds, clock.now())
    if (passed === null) over.delete(name)
    else over.set(name, passed)
  }

  /** What waits may become too old with nobody calling. */
  const isAgeing = (): boolean =>
    states.values().some(({ ready, bounds }) => ready > 0 && bounds.ageMs !== null)

  const lookLater = (): void => {
    asked = true
    if (!stopped) callOff ??= clock.after(lookMs, () => void look())
  }

  const refresh = async (): Promise<void> => {
    const depths = await store.upkeep.depths()
    const seconds = Math.max(1, clock.monotonic() - lookedAt) / 1_000
    lookedAt = clock.monotonic()
    for (const { operation, ready, oldestReadyAt } of depths) {
      const state = stateOf(operation)
      const rate = state.claimed / seconds
      state.perSecond += (rate - state.perSecond) * (state.perSecond === 0 ? 1 : freshShare)
      state.bounds = boundsOf(catalog.operation(operation)?.policies)
      Object.assign(state, { ready, oldestAt: oldestReadyAt, claimed: 0 })
      judge(operation, state)
    }
  }

  const look = async (): Promise<void> => {
    callOff?.()
    asked = false
    try {
      await refresh()
    } catch {
      // The store cannot say, and so cannot accept; the next look may find it well.
    }
    callOff = null
    const isQuiet = shedLog.settle()
    if (asked || over.size > 0 || !isQuiet || isAgeing()) lookLater()
  }

  const reasonFor = (name: string): ShedReason | undefined => {
    if (pressure.isFull) return 'node'
    return over.get(name) ?? (pressure.isBehind && isHalfFull(stateOf(name)) ? 'node' : undefined)
  }

  const holdMs = (): number => {
    const now = clock.monotonic()
    if (now >= hold.until) hold = { ms: nextHold(hold.ms, busyShare()), until: now + holdsForMs }
    return holdOf(hold.ms, random.fraction())
  }

  const excessOf = (state: State, reason: ShedReason): number => {
    const { ready, oldestAt, perSecond, bounds } = state
    if (reason === 'backlog') return ready - (bounds.backlog ?? 0) + 1
    const tooOldMs = clock.now() - (oldestAt ?? clock.now()) - (bounds.ageMs ?? 0)
    return (perSecond * tooOldMs) / 1_000
  }

  const waitOf = (name: string, reason: ShedReason): number => {
    // One second's work, as far as anybody knows: a node is seldom busy for long.
    if (reason === 'node') return retryAfterSeconds(1, 1, random.fraction() * 2)
    const state = stateOf(name)
    return retryAfterSeconds(excessOf(state, reason), state.perSecond, random.fraction())
  }

  return {
    get isOpen() {
      return over.size === 0 && !pressure.isFull && !pressure.isBehind
    },
    refusal(name) {
      const reason = reasonFor(name)
      if (reason === undefined) return null
      lookLater()
      telemetry.shed(name, reason)
      shedLog.note(name, reason)
      return {
        problem: problems[reason](name),
        reason,
        retryAfter: waitOf(name, reason),
        holdMs: holdMs(),
      }
    },
    queued({ name }) {
      const state = stateOf(name)
      state.ready += 1
      if (state.bounds.backlog !== null && state.ready >= state.bounds.backlog) judge(name, state)
      lookLater()
    },
    claimed(name) {
      const state = stateOf(name)
      state.claimed += 1
      state.ready = Math.max(0, state.ready - 1)
      if (over.has(name)) judge(name, state)
    },
    look,
    async stop() {
      stopped = true
      callOff?.()
    },
  }
}

/** Of what may be queued without end no call is refused for the sake of those that wait. */
const isHalfFull = ({ ready, bounds: { backlog } }: State): boolean =>
  backlog !== null && ready * 2 >= backlog

const problems: Readonly<Record<ShedReason, (operation: string) => Problem>> = {
  backlog: (operation) => ({
    code: 'overloaded',
    detail:
      `As many jobs of ${operation} wait as may (admission.backlog). Send the call again after ` +
      'the time in Retry-After, with the same Idempotency-Key if it has one.',
  }),
  age: (operation) => ({
    code: 'overloaded',
    detail:
      `Jobs of ${operation} wait longer than they may (admission.age). Send the call again after ` +
      'the time in Retry-After, with the same Idempotency-Key if it has one.',
  }),
  node: () => ({
    code: 'overloaded',
    detail:
      'This node has more calls to accept than it can at once. Send the call again after the time ' +
      'in Retry-After, with the same Idempotency-Key if it has one.',
  }),
}
