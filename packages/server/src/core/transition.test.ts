import type { JobId } from '@buzzer/contract'
import * as fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { isOutcome, newJob, publicState, type Job, type State } from './job.ts'
import { maxLeasesLost } from './lease.ts'
import { transition, type JobInput, type JobInputKind, type Refusal } from './transition.ts'

const now = 1_800_000_000_000
const later = now + 60_000
const error = { code: 'handler-failed', detail: 'It broke.' }
const monitor = { url: 'http://127.0.0.1/status', polls: 0, giveUpAt: later }
const lease = { node: 'n1', leaseUntil: now + 30_000, attemptUntil: later }

const inputs: { readonly [K in JobInputKind]: Extract<JobInput, { kind: K }> } = {
  claim: { kind: 'claim', lease },
  succeed: { kind: 'succeed' },
  fail: { kind: 'fail', error, retryAt: later },
  lose: { kind: 'lose', maxLost: maxLeasesLost },
  release: { kind: 'release', dueAt: later },
  park: { kind: 'park', monitor, dueAt: later },
  finish: { kind: 'finish', error: null },
  cancel: { kind: 'cancel' },
  stop: { kind: 'stop' },
  expire: { kind: 'expire' },
  retry: { kind: 'retry' },
}

const queued = newJob(
  {
    id: 'job_01jd0000000000000000000000' as JobId,
    tenant: 'default',
    client: null,
    operation: 'report',
    priority: 4,
    key: null,
    tags: [],
    trace: null,
    batch: null,
    createdAt: now,
    deadlineAt: null,
    maxAttempts: 3,
  },
  now,
)

const step = (job: Job, ...kinds: JobInputKind[]): Job =>
  kinds.reduce((before, kind) => {
    const moved = transition(before, inputs[kind], now)
    if (moved.kind === 'refused') throw new Error(`${kind} was refused: ${moved.reason}`)
    return moved.job
  }, job)

const running = step(queued, 'claim')
const examples: { readonly [S in State]: Job } = {
  queued,
  running,
  parked: step(running, 'park'),
  input_required: { ...running, state: 'input_required' } as Job,
  succeeded: step(running, 'succeed'),
  failed: step(running, 'expire'),
  cancelled: step(queued, 'cancel'),
}

/** What each input leads to in each state. A new state or input does not compile until it is here. */
type Expected = State | Refusal
const finished = {
  claim: 'not-claimable',
  succeed: 'not-held',
  fail: 'not-held',
  lose: 'not-held',
  release: 'not-held',
  park: 'not-held',
  finish: 'job-finished',
  cancel: 'job-finished',
  stop: 'not-held',
  expire: 'job-finished',
  retry: 'job-not-failed',
} as const
const expected: Record<State, Record<JobInputKind, Expected>> = {
  queued: {
    ...finished,
    claim: 'running',
    finish: 'succeeded',
    cancel: 'cancelled',
    expire: 'failed',
  },
  running: {
    claim: 'not-claimable',
    succeed: 'succeeded',
    fail: 'queued',
    lose: 'queued',
    release: 'queued',
    park: 'parked',
    finish: 'succeeded',
    cancel: 'running',
    stop: 'cancelled',
    expire: 'failed',
    retry: 'job-not-failed',
  },
  parked: {
    ...finished,
    claim: 'running',
    finish: 'succeeded',
    cancel: 'cancelled',
    expire: 'failed',
  },
  input_required: { ...finished, cancel: 'cancelled', expire: 'failed' },
  succeeded: finished,
  failed: { ...finished, retry: 'queued' },
  cancelled: finished,
}

describe('the transition table', () => {
  for (const state of Object.keys(expected) as State[]) {
    for (const kind of Object.keys(inputs) as JobInputKind[]) {
      it(`${state} on ${kind}: ${expected[state][kind]}`, () => {
        const before = examples[state]
        const frozen = structuredClone(before)
        const moved = transition(before, inputs[kind], now)
        expect(moved.kind === 'refused' ? moved.reason : moved.job.state).toBe(
          expected[state][kind],
        )
        expect(before).toEqual(frozen)
      })
    }
  }
})

describe('attempts', () => {
  it('are used up by failures, and the last one makes a dead letter', () => {
    const second = step(running, 'fail', 'claim')
    const third = step(second, 'fail', 'claim')
    expect([running, second, third].map(({ attempt }) => attempt)).toEqual([1, 2, 3])
    expect(step(third, 'fail')).toMatchObject({ state: 'failed', deadLetter: true, error })
  })

  it('end at once where another cannot help, which is no dead letter', () => {
    const moved = transition(running, { kind: 'fail', error, retryAt: null }, now)
    expect(moved).toMatchObject({ job: { state: 'failed', deadLetter: false } })
  })

  it('are not used up by a lease that was lost or given back', () => {
    expect(step(running, 'lose', 'claim')).toMatchObject({ attempt: 1, leasesLost: 1, fence: 2 })
    expect(step(running, 'release', 'claim')).toMatchObject({ attempt: 1, leasesLost: 0, fence: 2 })
  })

  it('are given anew by another run, and the fence goes on', () => {
    const again = step(examples.failed, 'retry', 'claim')
    expect(again).toMatchObject({ run: 2, attempt: 1, leasesLost: 0, fence: 2 })
  })
})

it('a job that takes its workers down ends, however many attempts it has', () => {
  let job: Job = { ...queued, maxAttempts: 1_000 }
  for (let lost = 0; lost <= maxLeasesLost; lost += 1) job = step(job, 'claim', 'lose')
  expect(job).toMatchObject({ state: 'failed', deadLetter: true, leasesLost: maxLeasesLost + 1 })
})

it('a lost lease of a cancelled job cancels it', () => {
  expect(step(running, 'cancel', 'lose').state).toBe('cancelled')
})

it('a parked job goes on in the same attempt, and its caller sees it running all the time', () => {
  const parked = step(running, 'park')
  const polled = step(parked, 'claim')
  expect(polled).toMatchObject({ state: 'running', attempt: 1, monitor, version: parked.version })
  expect(publicState(parked.state)).toBe('running')
  expect(step(polled, 'lose')).toMatchObject({ state: 'parked', monitor })
})

describe('any life', () => {
  const kinds = fc.array(fc.constantFrom(...(Object.keys(inputs) as JobInputKind[])), {
    maxLength: 40,
  })

  const lifeOf = (steps: readonly JobInputKind[]): Job[] => {
    const life: Job[] = [queued]
    for (const kind of steps) {
      const moved = transition(life.at(-1) ?? queued, inputs[kind], now)
      if (moved.kind === 'changed') life.push(moved.job)
    }
    return life
  }

  const pairs = (life: readonly Job[]): readonly (readonly [Job, Job])[] =>
    life.slice(1).map((job, index) => [life[index] ?? queued, job])

  it('never takes back a version, a fence or a run, and never exceeds its attempts', () => {
    fc.assert(
      fc.property(kinds, (steps) => {
        const life = lifeOf(steps)
        for (const [before, job] of pairs(life)) {
          expect(job.version).toBeGreaterThanOrEqual(before.version)
          expect(job.fence).toBeGreaterThanOrEqual(before.fence)
          expect(job.run).toBeGreaterThanOrEqual(before.run)
          expect(job.attempt).toBeLessThanOrEqual(job.maxAttempts)
        }
      }),
    )
  })

  it('records one outcome a run', () => {
    fc.assert(
      fc.property(kinds, (steps) => {
        const runs = lifeOf(steps)
          .filter(isOutcome)
          .map(({ run }) => run)
        expect(new Set(runs).size).toBe(runs.length)
      }),
    )
  })

  it('raises the version with every change of state that a caller sees', () => {
    fc.assert(
      fc.property(kinds, (steps) => {
        const life = lifeOf(steps)
        for (const [before, job] of pairs(life)) {
          if (publicState(job.state) === publicState(before.state)) continue
          expect(job.version).toBeGreaterThan(before.version)
        }
      }),
    )
  })
})
