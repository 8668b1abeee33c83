import type { JobDocument, ScheduleDocument, ScheduleListDocument } from '@buzzer/contract'
import { readJob, readJson } from './answer.ts'
import { unexpected } from './error.ts'
import type { CallOptions } from './job-handle.ts'
import { once, request } from './request.ts'
import type { Transport } from './transport.ts'

/** Operations that run by themselves. Everything rejects with a `BuzzerError` where refused. */
export interface Schedules {
  list(options?: CallOptions): Promise<ScheduleDocument[]>
  /** Runs one now, besides its times. */
  run(operation: string, options?: CallOptions): Promise<JobDocument>
}

export const createSchedules = (transport: Transport): Schedules => ({
  list: (options = {}) => transport.send(request('GET', '/v1/schedules', options), readSchedules),
  run(operation, options = {}) {
    const path = `/v1/schedules/${encodeURIComponent(operation)}/run`
    const post = once('POST', path, options)
    post.headers.set('prefer', 'respond-async')
    return transport.send(post, readJob)
  },
})

async function readSchedules(response: Response): Promise<ScheduleDocument[]> {
  const { schedules } = (await readJson(response)) as Partial<ScheduleListDocument>
  if (!Array.isArray(schedules)) {
    throw unexpected(response.status, 'The answer is not a list of schedules.')
  }
  return schedules
}
