import type { JobDocument, JobListDocument, JobState } from '@buzzer/contract'
import { isJob, readJob, readJson, readProblem } from './answer.ts'
import { unexpected } from './error.ts'
import type { CallOptions } from './job-handle.ts'
import { once, query, request } from './request.ts'
import type { Transport } from './transport.ts'

/** Which jobs; newest first. */
export interface JobFilter {
  readonly operation?: string | undefined
  readonly state?: JobState | undefined
  readonly tag?: string | undefined
  readonly after?: Date | undefined
  readonly before?: Date | undefined
}

export interface PageOptions extends CallOptions {
  /** How many a page: 1 to 1,000, 100 without it. */
  readonly limit?: number | undefined
  /** `next` of the page before. */
  readonly cursor?: string | undefined
}

/** Looking after jobs. Everything rejects with a `BuzzerError` where the server refuses. */
export interface Jobs {
  /** One page. */
  list(options?: JobFilter & PageOptions): Promise<JobListDocument>
  /** All pages, one after another, as they are read. */
  all(options?: JobFilter & PageOptions): AsyncGenerator<JobDocument, void>
  get(id: string, options?: CallOptions): Promise<JobDocument>
  cancel(id: string, options?: CallOptions): Promise<JobDocument>
  /** Runs a failed job again, as its next run; `job-not-failed` where it has not failed. */
  retry(id: string, options?: CallOptions): Promise<JobDocument>
  /** Erases an ended job with its payloads; `job-not-finished` where it has not ended. */
  erase(id: string, options?: CallOptions): Promise<void>
}

export function createJobs(transport: Transport): Jobs {
  const path = (id: string): string => `/v1/jobs/${encodeURIComponent(id)}`
  const list = (options: JobFilter & PageOptions = {}): Promise<JobListDocument> =>
    transport.send(request('GET', `/v1/jobs${query(options)}`, options), readList)
  return {
    list,
    async *all(options = {}) {
      let page = await list(options)
      for (; ; page = await list({ ...options, cursor: page.next })) {
        yield* page.jobs
        if (page.next === null) return
      }
    },
    get: (id, options = {}) => transport.send(request('GET', path(id), options), readJob),
    cancel: (id, options = {}) =>
      transport.send(request('POST', `${path(id)}/cancel`, options), readJob),
    // Sent once only: a second one could start a further run, if the first failed at once.
    retry: (id, options = {}) =>
      transport.send(once('POST', `${path(id)}/retry`, options), readJob),
    erase: (id, options = {}) => transport.send(request('DELETE', path(id), options), readRemoved),
  }
}

export async function readList(response: Response): Promise<JobListDocument> {
  const value = (await readJson(response)) as Partial<JobListDocument>
  if (!Array.isArray(value.jobs) || !value.jobs.every(isJob)) {
    throw unexpected(response.status, 'The answer is not a list of jobs.')
  }
  return { jobs: value.jobs, next: value.next ?? null }
}

/** Where an earlier answer was lost, what is not there any more was removed by that try. */
export async function readRemoved(response: Response, attempt: number): Promise<void> {
  const isRemoved = response.ok || (response.status === 404 && attempt > 1)
  if (!isRemoved) throw await readProblem(response)
}
