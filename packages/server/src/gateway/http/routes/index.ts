import type { Route } from '../route.ts'
import { cancelJob } from './cancel-job.ts'
import { eraseJob } from './erase-job.ts'
import { getJob } from './get-job.ts'
import { getResult } from './get-result.ts'
import { healthz, metrics, readyz } from './health.ts'
import { jobEvents } from './job-events.ts'
import { listDeadLetters, listJobs } from './list-jobs.ts'
import { notSupported } from './not-supported.ts'
import { openapiJson, openapiYaml } from './openapi.ts'
import { problemList, problemPage } from './problem-page.ts'
import { retryJob } from './retry-job.ts'
import { discardDeadLetters, retryDeadLetters } from './steer-dead-letters.ts'
import { submitJob } from './submit-job.ts'

/** Every route of our own; calls of wrapped APIs come below their mounts (call-service.ts). */
export const routes: readonly Route[] = [
  submitJob,
  listJobs,
  getJob,
  eraseJob,
  getResult,
  jobEvents,
  cancelJob,
  retryJob,
  listDeadLetters,
  retryDeadLetters,
  discardDeadLetters,
  healthz,
  readyz,
  metrics,
  openapiJson,
  openapiYaml,
  problemList,
  problemPage,
  ...notSupported,
]
