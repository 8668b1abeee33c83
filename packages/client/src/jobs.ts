import type { JobDocument, JobListDocument, JobState } from '@buzzer/contract'
import { isJob, readJob, readJson, readProblem } from './answer.ts'
import { unexpected } from './error.ts'
import type { CallOptions } from './job-handle.ts'
import type { ServerRequest, Transport } from './transport.ts'

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

/** Which dead letters; all of the caller's without a filter. */
export interface DeadLetterFilter {
  readonly operation?: string | undefined
}

export interface DeadLetters {
  list(options?: DeadLetterFilter & PageOptions): Promise<JobListDocument>
  /** Runs them again. @returns how many */
  retry(filter?: DeadLetterFilter, options?: CallOptions): Promise<number>
  /** Gives them up. @returns how many */
  discard(filter?: DeadLetterFilter, options?: CallOptions): Promise<number>
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
  readonly deadLetters: DeadLetters
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
    erase: (id, options = {}) => transport.send(request('DELETE', path(id), options), readNothing),
    deadLetters: createDeadLetters(transport),
  }
}

function createDeadLetters(transport: Transport): DeadLetters {
  const act = (verb: string, filter: DeadLetterFilter, options: CallOptions): Promise<number> => {
    const body = JSON.stringify(filter)
    const post = { ...once('POST', `/v1/dead-letters/${verb}`, options), body }
    post.headers.set('content-type', 'application/json')
    return transport.send(post, readCount)
  }
  return {
    list: (options = {}) =>
      transport.send(request('GET', `/v1/dead-letters${query(options)}`, options), readList),
    retry: (filter = {}, options = {}) => act('retry', filter, options),
    discard: (filter = {}, options = {}) => act('discard', filter, options),
  }
}

const request = (method: string, path: string, { signal }: CallOptions): ServerRequest => ({
  method,
  path,
  headers: new Headers(),
  repeatable: true,
  signal,
})

const once = (method: string, path: string, options: CallOptions): ServerRequest => ({
  ...request(method, path, options),
  repeatable: false,
})

function query(filter: JobFilter & PageOptions): string {
  const parameters = new URLSearchParams()
  for (const [name, value] of Object.entries({ ...filter, signal: undefined })) {
    if (value !== undefined)
      parameters.set(name, value instanceof Date ? value.toISOString() : `${value}`)
  }
  return parameters.size === 0 ? '' : `?${parameters.toString()}`
}

async function readList(response: Response): Promise<JobListDocument> {
  const value = (await readJson(response)) as Partial<JobListDocument>
  if (!Array.isArray(value.jobs) || !value.jobs.every(isJob)) {
    throw unexpected(response.status, 'The answer is not a list of jobs.')
  }
  return { jobs: value.jobs, next: value.next ?? null }
}

async function readCount(response: Response): Promise<number> {
  const { count } = (await readJson(response)) as { count?: unknown }
  if (typeof count !== 'number') throw unexpected(response.status, 'The answer has no count.')
  return count
}

async function readNothing(response: Response): Promise<void> {
  if (!response.ok) throw await readProblem(response)
}
