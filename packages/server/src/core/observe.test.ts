import type { JobId } from '@buzzer/contract'
import { expect, it } from 'vitest'
import { newJob, type Job } from './job.ts'
import { observe } from './observe.ts'
import { transition, type JobInput } from './transition.ts'

const now = 1_800_000_000_000
const order = {
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
}

const claim: JobInput = {
  kind: 'claim',
  lease: { node: 'n', leaseUntil: now + 1, attemptUntil: now + 1 },
}
const error = { code: 'handler-failed', detail: 'It broke.' }
const fail: JobInput = { kind: 'fail', error, retryAt: now }
const lose: JobInput = { kind: 'lose', maxLost: 5 }
const release: JobInput = { kind: 'release', dueAt: now }
const park: JobInput = {
  kind: 'park',
  monitor: { url: 'https://a.example/1', polls: 0, giveUpAt: now + 1 },
  dueAt: now,
}
const end: JobInput = { kind: 'fail', error, retryAt: null }

function after(...inputs: JobInput[]): Job {
  let job: Job = newJob(order, now)
  for (const input of inputs) {
    const moved = transition(job, input, now)
    if (moved.kind === 'refused') throw new Error(moved.reason)
    job = moved.job
  }
  return job
}

const withProgress = (job: Job, percent: number): Job => ({
  ...job,
  version: job.version + 1,
  progress: { percent, message: null },
})

it.each<[string, Job, Job, readonly string[]]>([
  ['nothing happened', after(), after(), []],
  ['it began', after(), after(claim), ['job.running']],
  ['progress', after(claim), withProgress(after(claim), 5), ['job.progress']],
  ['began and progressed', after(), withProgress(after(claim), 5), ['job.running', 'job.progress']],
  ['a failed attempt', after(claim), after(claim, fail), ['job.retrying']],
  ['a lease that was lost', after(claim), after(claim, lose), ['job.retrying']],
  [
    'one that was lost and taken again between two looks',
    after(claim),
    after(claim, lose, claim),
    ['job.retrying', 'job.running'],
  ],
  ['a lease that was given back', after(claim), after(claim, release), ['job.retrying']],
  [
    'an end after a lease that was given back',
    after(claim),
    after(claim, release, claim, { kind: 'succeed' }),
    ['job.retrying', 'job.succeeded'],
  ],
  ['a look at a monitor', after(claim, park), after(claim, park, claim, park), []],
  ['a look whose lease was lost', after(claim, park), after(claim, park, claim, lose), []],
  ['the next attempt', after(claim, fail), after(claim, fail, claim), ['job.running']],
  [
    'a retry whose wait was missed',
    after(claim),
    after(claim, fail, claim),
    ['job.retrying', 'job.running'],
  ],
  [
    'an end after a retry that was missed',
    after(claim),
    after(claim, fail, claim, { kind: 'succeed' }),
    ['job.retrying', 'job.succeeded'],
  ],
  ['begun and ended between two looks', after(), after(claim, end), ['job.failed']],
  ['another run', after(claim, end), after(claim, end, { kind: 'retry' }), ['job.queued']],
  ['a cancel', after(), after({ kind: 'cancel' }), ['job.cancelled']],
])('%s', (_, before, job, types) => {
  expect(observe(before, job)).toEqual(types)
})
