import type { BatchDocument, BatchResultDocument, ProblemDocument } from '@buzzer/contract'
import { outputReader, readJsonWith, type Parse } from './answer.ts'
import { batchFeed } from './batch-feed.ts'
import type { BatchEvent } from './batch-event.ts'
import type { BatchHandle, BatchResult } from './batch-handle.ts'
import { batchRequest, isFinalBatch, readBatch } from './batch-route.ts'
import { unexpected, WaitTimeoutError } from './error.ts'
import type { Feed } from './feed.ts'
import { follow, type FollowOptions } from './follow.ts'
import type { CallOptions, EventsOptions, JobHandle, ResultOptions } from './job-handle.ts'
import { withTimeout, type JobRoute } from './job-route.ts'
import { LiveJob } from './live-job.ts'
import { liveStream, withCursor, type EventStream } from './live-stream.ts'
import { spanMs } from './time.ts'

export interface LiveBatchParts {
  readonly route: JobRoute
  readonly batch: BatchDocument | null
  readonly replayed: boolean
}

/** The one implementation of {@link BatchHandle}; the types of the jobs exist for the compiler. */
export class LiveBatch implements BatchHandle<unknown[]> {
  readonly id: string
  readonly token: string | null
  readonly replayed: boolean
  readonly #route: JobRoute
  #last: BatchDocument | null
  #jobs: JobHandle[] = []

  constructor({ route, batch, replayed }: LiveBatchParts) {
    this.#route = route
    this.#last = batch
    this.id = route.id
    this.token = route.token
    this.replayed = replayed
  }

  get batch(): BatchDocument | null {
    return this.#last
  }

  get jobs(): JobHandle[] {
    if (this.#jobs.length === 0) this.#jobs = (this.#last?.jobs ?? []).map((id) => this.#job(id))
    return this.#jobs
  }

  results({ timeout, signal }: ResultOptions = {}): Promise<BatchResult[]> {
    const ms = timeout === undefined ? null : spanMs(timeout)
    const late = (): Error => new WaitTimeoutError(`${this.id} has not ended within ${timeout}`)
    return withTimeout(this.#route.transport, ms, signal, late, (limited) => this.#results(limited))
  }

  events({ since = 0, signal, ...how }: EventsOptions = {}): EventStream<BatchEvent> {
    const feed = batchFeed(this.#route, since)
    const start = (limited: AbortSignal) => this.#follow(feed, { ...how, signal: limited })
    return withCursor(liveStream(start, signal), () => feed.cursor)
  }

  [Symbol.asyncIterator](): EventStream<BatchEvent> {
    return this.events()
  }

  async status({ signal }: CallOptions = {}): Promise<BatchDocument> {
    const request = batchRequest(this.#route, 'GET', '', { signal })
    return this.#note(await this.#route.transport.send(request, readBatch))
  }

  async cancel({ signal }: CallOptions = {}): Promise<BatchDocument> {
    const request = batchRequest(this.#route, 'POST', '/cancel', { signal })
    return this.#note(await this.#route.transport.send(request, readBatch))
  }

  #job(id: string): JobHandle {
    const route = { ...this.#route, id }
    const read = outputReader(route.transport)
    return new LiveJob({ route, job: null, replayed: false, outcome: null, read })
  }

  #note(batch: BatchDocument): BatchDocument {
    this.#last = batch
    return batch
  }

  async *#follow(feed: Feed<BatchEvent>, options: FollowOptions): AsyncGenerator<BatchEvent, void> {
    for await (const event of follow(feed, options)) {
      if ('batch' in event) this.#note(event.batch)
      yield event
    }
  }

  async #results(signal: AbortSignal | undefined): Promise<BatchResult[]> {
    const { transport } = this.#route
    if (!(await this.#isOver(signal))) await this.#waitForEnd(signal)
    const request = batchRequest(this.#route, 'GET', '/results', { signal })
    const { parse } = transport
    const entries = await transport.send(request, (response) => readResults(response, parse))
    return entries.map(resultOf)
  }

  /** A job that failed can be retried, which opens its batch again: only a success is final. */
  async #isOver(signal: AbortSignal | undefined): Promise<boolean> {
    const last = this.#last
    if (last === null || !isFinalBatch(last)) return false
    return last.state === 'succeeded' || isFinalBatch(await this.status({ signal }))
  }

  async #waitForEnd(signal: AbortSignal | undefined): Promise<void> {
    for await (const event of this.events({ signal })) if ('batch' in event) this.#note(event.batch)
    if (!isFinalBatch(await this.status({ signal }))) {
      throw unexpected(200, `The events of ${this.id} ended before the batch did.`)
    }
  }
}

async function readResults(
  response: Response,
  parse: Parse,
): Promise<readonly BatchResultDocument[]> {
  const value = await readJsonWith(parse, response)
  if (Array.isArray(value)) return value as readonly BatchResultDocument[]
  throw unexpected(response.status, 'The answer is not a list of results.')
}

function resultOf({ job, state, result, error }: BatchResultDocument): BatchResult {
  if (state === 'cancelled') return { job, state }
  const problem = error ?? noReason
  if (state === 'failed') return { job, state, error: problem }
  if (state !== 'succeeded') throw unexpected(200, `${job} is ${state} after its batch ended.`)
  return error === undefined ? { job, state, result } : { job, state: 'gone', error: problem }
}

const noReason: ProblemDocument = {
  type: 'about:blank',
  title: 'The job failed',
  status: 500,
  detail: 'It gave no reason.',
  code: 'handler-failed',
}
