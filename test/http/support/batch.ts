import {
  AcceptedBatchSchema,
  type AcceptedBatchDocument,
  type BatchDocument,
} from '@buzzer/contract'
import { Value } from 'typebox/value'
import { expect } from 'vitest'
import { call, type Answer } from './call.ts'

/** Sends a batch and gives the answer, whatever it is. */
export const sendBatch = (
  url: string,
  jobs: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
): Promise<Answer> => call(url, 'POST /v1/batches', { headers, json: { jobs } })

/** Sends a batch and takes the 202. */
export async function submitBatch(
  url: string,
  jobs: readonly unknown[],
  headers: Readonly<Record<string, string>> = {},
): Promise<AcceptedBatchDocument> {
  const answer = await sendBatch(url, jobs, headers)
  expect(answer.status, answer.text).toBe(202)
  const batch = answer.json<AcceptedBatchDocument>()
  expect([...Value.Errors(AcceptedBatchSchema, batch)], answer.text).toEqual([])
  return batch
}

export async function getBatch(
  url: string,
  id: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<BatchDocument> {
  const answer = await call(url, `GET /v1/batches/${id}`, { headers })
  expect(answer.status, answer.text).toBe(200)
  return answer.json<BatchDocument>()
}

/** Waits for the end of all of its jobs, as a caller would. */
export const endedBatch = (url: string, id: string): Promise<BatchDocument> =>
  getBatch(url, id, { prefer: 'wait=30' })

/** How many jobs of an operation there are. */
export async function jobCount(url: string, operation: string): Promise<number> {
  const answer = await call(url, `GET /v1/jobs?operation=${operation}&limit=1000`)
  return answer.json<{ jobs: unknown[] }>().jobs.length
}
