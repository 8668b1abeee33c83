import {
  AcceptedSchema,
  JobSchema,
  type AcceptedDocument,
  type JobDocument,
} from '@buzzer/contract'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { call, type CallOptions } from './call.ts'

/** Calls an operation and takes the 202. */
export async function submit(
  url: string,
  operation: string,
  input?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<AcceptedDocument> {
  const options: CallOptions = input === undefined ? { headers } : { headers, json: input }
  const answer = await call(url, `POST /v1/operations/${operation}/jobs`, options)
  expect(answer.status, answer.text).toBe(202)
  const job = answer.json<AcceptedDocument>()
  expect([...Value.Errors(AcceptedSchema, job)], answer.text).toEqual([])
  return job
}

/** The job as it stands now, checked against the contract. */
export async function getJob(
  url: string,
  id: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<JobDocument> {
  const answer = await call(url, `GET /v1/jobs/${id}`, { headers })
  expect(answer.status, answer.text).toBe(200)
  const job = answer.json<JobDocument>()
  expect([...Value.Errors(JobSchema, job)], answer.text).toEqual([])
  return job
}

/** Waits for the end of the job, as a caller would. */
export const ended = (url: string, id: string): Promise<JobDocument> =>
  getJob(url, id, { prefer: 'wait=30' })

/** Polls until something holds of the job; each look waits for a change. */
export async function until(
  url: string,
  id: string,
  holds: (job: JobDocument) => boolean,
): Promise<JobDocument> {
  let job = await getJob(url, id)
  while (!holds(job)) {
    const answer = await call(url, `GET /v1/jobs/${id}`, {
      headers: { 'prefer': 'wait=1', 'if-none-match': `W/"${job.version}"` },
    })
    job = answer.status === 304 ? await getJob(url, id) : answer.json<JobDocument>()
  }
  return job
}
