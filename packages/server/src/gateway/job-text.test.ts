import type { JobDocument, JobId } from '@buzzer/contract'
import * as fc from 'fast-check'
import { expect, it } from 'vitest'
import { newJob, type Job } from '../core/job.ts'
import { claimed, expired, succeeded } from '../core/next.ts'
import type { Waiting } from '../core/waiting.ts'
import { jobDocument } from './job-document.ts'
import { jobText } from './job-text.ts'

const now = 1_800_000_000_000
const lease = { node: 'n1', leaseUntil: now + 30_000, attemptUntil: now + 60_000 }

const aText = fc.oneof(fc.constant('quotes " and \\ and ü'), fc.string())

const aQueued = fc
  .record({
    operation: aText,
    key: fc.option(aText),
    tags: fc.array(aText, { maxLength: 2 }),
    priority: fc.integer({ min: 0, max: 9 }),
    batch: fc.constantFrom(null, 'bat_01jd0000000000000000000000'),
  })
  .map((order) =>
    newJob(
      {
        id: 'job_01jd0000000000000000000000' as JobId,
        tenant: 'default',
        client: null,
        trace: null,
        createdAt: now,
        deadlineAt: null,
        maxAttempts: 3,
        ...order,
      } as Parameters<typeof newJob>[0],
      now,
    ),
  )

const aJob: fc.Arbitrary<Job> = fc
  .tuple(aQueued, fc.nat(3), fc.option(aText))
  .map(([queued, steps, message]) => {
    const running = { ...claimed(queued, lease, now), progress: { percent: 7.5, message } }
    return [queued, running, succeeded(running, now), expired(running, now)][steps] ?? queued
  })

const aWaiting: fc.Arbitrary<Waiting | null> = fc.option(
  fc.record({
    reason: fc.constantFrom('queue', 'delay', 'key'),
    until: fc.option(fc.constant(now)),
    ahead: fc.option(fc.nat()),
  }),
)

const aDocument: fc.Arbitrary<JobDocument> = fc
  .tuple(aJob, aWaiting, fc.option(fc.constant(now)), fc.webUrl())
  .map(([job, waiting, expiresAt, url]) =>
    jobDocument({ job, waiting, failures: [], expiresAt }, new URL(url).href.replace(/\/+$/, '')),
  )

it('is the document with its token, as JSON.stringify writes it', () => {
  fc.assert(
    fc.property(aDocument, (document) => {
      expect(jobText(document, 'bzj_t')).toBe(JSON.stringify({ ...document, token: 'bzj_t' }))
    }),
  )
})
