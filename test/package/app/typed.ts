import { createClient, type JobState } from '@buzzer/client'
import { formatDuration, type ProblemDocument } from '@buzzer/contract'
import { RetryableError, TerminalError, service } from 'buzzer'
import type config from './buzzer.config.ts'

// What somebody writes who has TypeScript: it is only type-checked, against the installed packages.

export async function addInSteps(url: string): Promise<number> {
  const client = createClient<typeof config>({ url })
  const job = await client.submit('add', { left: 1, right: 2 }, { idempotencyKey: 'one-and-two' })
  for await (const { type } of job) if (type === 'job.failed') throw new TerminalError(type)
  const { sum } = await job.result()
  return sum
}

export async function callWrongly(url: string): Promise<void> {
  const client = createClient<typeof config>({ url })
  // @ts-expect-error: there is no such operation
  await client.submit('subtract', { left: 1, right: 2 })
  // @ts-expect-error: numbers are asked for
  await client.submit('add', { left: '1', right: '2' })
}

export const legacy = service({ openapi: './legacy.yaml', url: 'http://127.0.0.1:4000' })

export const explain = (state: JobState, { detail }: ProblemDocument, waitMs: number): Error =>
  new RetryableError(`${state}: ${detail}`, { retryAfter: formatDuration(waitMs) })
