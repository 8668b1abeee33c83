import type { JobDocument, ScheduleDocument, ScheduleListDocument } from '@buzzer/contract'
import { readJob, readJson } from './answer.ts'
import { unexpected } from './error.ts'
import type { CallOptions } from './job-handle.ts'
import { request } from './request.ts'
import { submission } from './submit.ts'
import type { Transport } from './transport.ts'

/** Operations that run by themselves. Everything rejects with a `BuzzerError` where refused. */
export interface Schedules {
  list(options?: CallOptions): Promise<ScheduleDocument[]>
  /** Runs one now, besides its times. */
  run(operation: string, options?: CallOptions): Promise<JobDocument>
}

export const createSchedules = (transport: Transport): Schedules => ({
  async list(options = {}) {
    const all: ScheduleDocument[] = []
    for (let cursor: string | null = ''; cursor !== null;) {
      const path: string = `/v1/schedules?limit=1000${cursor === '' ? '' : `&cursor=${cursor}`}`
      const { schedules, next } = await transport.send(request('GET', path, options), readPage)
      all.push(...schedules)
      cursor = next
    }
    return all
  },
  run(operation, options = {}) {
    const path = `/v1/schedules/${encodeURIComponent(operation)}/run`
    const { signal } = options
    const post = submission('POST', path, undefined, { prefer: 'respond-async', signal })
    return transport.send(post, readJob)
  },
})

async function readPage(response: Response): Promise<ScheduleListDocument> {
  const { schedules, next = null } = (await readJson(response)) as Partial<ScheduleListDocument>
  if (!Array.isArray(schedules)) {
    throw unexpected(response.status, 'The answer is not a list of schedules.')
  }
  return { schedules, next }
}
