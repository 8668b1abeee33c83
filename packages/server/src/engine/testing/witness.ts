import type { JobId } from '@buzzer/contract'
import { isOutcome, type Job, type Outcome, type Running } from '../../core/job.ts'
import type { Clock } from '../../ports/clock.ts'
import type {
  Accept,
  Acceptance,
  Claims,
  Rescued,
  Settled,
  Settlement,
  Steered,
} from '../../ports/store.ts'
import type { Around } from './wrapped-store.ts'

/** Sees what the store committed, in its order, and holds it against what must be true. */
export interface Witness {
  readonly around: Around
  /** What must not have happened, in sentences. */
  readonly broken: readonly string[]
  /** The outcome of each run, by job and run. */
  readonly outcomes: ReadonlyMap<string, Outcome>
  readonly accepted: ReadonlySet<JobId>
  /** How many jobs have not ended. */
  readonly open: number
}

/** What is known of a job besides its row. */
interface Known {
  readonly number: number
  readonly dueAt: number
  readonly fence: number
  readonly lease: Running | null
  readonly cancelRequested: boolean
  readonly ended: boolean
}

/** @param limits how many attempts of an operation may run at the same time */
export function createWitness(clock: Clock, limits: ReadonlyMap<string, number>): Witness {
  const known = new Map<JobId, Known>()
  const outcomes = new Map<string, Outcome>()
  const lastOfKey = new Map<string, number>()
  const broken: string[] = []
  const check = (holds: boolean, what: string): void => void (holds || broken.push(what))

  const change = (id: JobId, wish: Partial<Known>): Known => {
    const fresh = { number: known.size, dueAt: 0, fence: 0, lease: null }
    const idle = { cancelRequested: false, ended: false }
    const changed = { ...(known.get(id) ?? { ...fresh, ...idle }), ...wish }
    known.set(id, changed)
    return changed
  }
  const leases = (): readonly Running[] => [...known.values()].flatMap(({ lease }) => lease ?? [])

  const claimed = (job: Running): void => {
    const { dueAt, fence, lease, number } = change(job.id, {})
    const others = leases().filter(({ operation }) => operation === job.operation)
    check(lease === null, `${job.id} has two leases`)
    check(job.fence > fence, `the fence of ${job.id} did not grow`)
    check(job.attempt <= job.maxAttempts, `${job.id} has more attempts than it may`)
    check(dueAt <= clock.now(), `${job.id} runs before it is due`)
    check(job.deadlineAt === null || clock.now() < job.deadlineAt, `${job.id} began too late`)
    check(others.length < (limits.get(job.operation) ?? Infinity), `too many ${job.operation}`)
    const ofKey = others.filter(({ key, tenant }) => key === job.key && tenant === job.tenant)
    check(job.key === null || ofKey.length === 0, `two of ${job.key}`)
    if (job.key !== null && job.run === 1 && job.attempt === 1 && job.monitor === null) {
      const key = `${job.operation}/${job.tenant}/${job.key}`
      check((lastOfKey.get(key) ?? -1) <= number, `${job.id} overtook another of ${key}`)
      lastOfKey.set(key, number)
    }
    change(job.id, { lease: job, fence: job.fence, cancelRequested: false })
  }

  const movedTo = (job: Job): void => {
    const dueAt = isOutcome(job) || !('dueAt' in job) ? {} : { dueAt: job.dueAt }
    change(job.id, { ...dueAt, lease: null, cancelRequested: false, ended: isOutcome(job) })
    if (!isOutcome(job)) return
    const run = `${job.id} run ${job.run}`
    check(!outcomes.has(run), `${run} has a second outcome`)
    outcomes.set(run, job)
  }

  const settled = ({ lease, next }: Settlement, answer: Settled): void => {
    const { lease: held, cancelRequested } = change(lease.id, {})
    // The store ends a job that would go on, where its cancel was asked for.
    const stands = isOutcome(next) || !cancelRequested ? 'settled' : 'cancelled'
    const expected = held?.fence === lease.fence ? stands : 'lease-lost'
    check(answer === expected, `${lease.id} under ${lease.fence} was ${answer}, not ${expected}`)
    if (answer === 'lease-lost') return
    if (answer === 'settled') return movedTo(next)
    // To be parked is no change that a caller sees, but to be cancelled is.
    const version = next.state === 'parked' ? next.version + 1 : next.version
    movedTo({ ...next, version, state: 'cancelled', finishedAt: clock.now() })
  }

  const steered = (answer: Steered): void => {
    if (answer.kind !== 'changed') return
    if (answer.job.state === 'running') change(answer.job.id, { cancelRequested: true })
    else movedTo(answer.job)
  }

  const acceptedAs = ({ job: { dueAt } }: Accept, answer: Acceptance): void => {
    if (answer.kind !== 'accepted') return
    change(answer.job.id, { dueAt })
    if (answer.job.state === 'running') claimed(answer.job)
  }

  const hear: Readonly<Record<string, (answer: unknown, command: unknown) => void>> = {
    'intake.accept': (answer, command) => acceptedAs(command as Accept, answer as Acceptance),
    'leases.claim': (answer) => {
      for (const { job } of (answer as Claims).claimed) claimed(job)
    },
    'leases.settle': (answer, command) => settled(command as Settlement, answer as Settled),
    'upkeep.rescue': (answer) => {
      for (const { job } of (answer as Rescued).jobs) movedTo(job)
    },
    'jobs.cancel': (answer) => steered(answer as Steered),
    'jobs.retry': (answer) => steered(answer as Steered),
    'jobs.finish': (answer) => steered(answer as Steered),
  }

  return {
    broken,
    outcomes,
    get accepted() {
      return new Set(known.keys())
    },
    get open() {
      return [...known.values()].filter(({ ended }) => !ended).length
    },
    async around(name, call, args) {
      const answer = await call()
      hear[name]?.(answer, args[0])
      return answer
    },
  }
}
