import type { JobDocument } from '@buzzer/contract'
import { outcomeOf, readJob, readProblem } from './answer.ts'
import { openDownload, type Download } from './download.ts'
import { JobCancelledError, JobFailedError, unexpected, WaitTimeoutError } from './error.ts'
import type { Feed } from './feed.ts'
import { follow, type FollowOptions } from './follow.ts'
import { isFinalState, type JobEvent } from './job-event.ts'
import { jobFeed } from './job-feed.ts'
import type { CallOptions, EventsOptions, JobHandle, ResultOptions } from './job-handle.ts'
import { jobRequest, withTimeout, type JobRoute } from './job-route.ts'
import { liveStream, withCursor, type EventStream, type LiveStream } from './live-stream.ts'
import { readOutput, type OutputUpdate } from './read-output.ts'
import { spanMs } from './time.ts'

export interface LiveJobParts<Output> {
  readonly route: JobRoute
  readonly job: JobDocument | null
  readonly replayed: boolean
  /** The outcome, where it came with the answer to the submission; its body is in memory. */
  readonly outcome: Response | null
  /** Makes the output of a result. */
  readonly read: (response: Response) => Promise<Output>
}

/** The one implementation of {@link JobHandle}. */
export class LiveJob<Output> implements JobHandle<Output> {
  readonly id: string
  readonly token: string | null
  readonly replayed: boolean
  readonly #parts: LiveJobParts<Output>
  #last: JobDocument | null

  constructor(parts: LiveJobParts<Output>) {
    this.#parts = parts
    this.#last = parts.job
    this.id = parts.route.id
    this.token = parts.route.token
    this.replayed = parts.replayed
  }

  get job(): JobDocument | null {
    return this.#last
  }

  result(options: ResultOptions = {}): Promise<Output> {
    return this.#within(this.#parts.read, options)
  }

  response(options: ResultOptions = {}): Promise<Response> {
    return this.#within(passOn, options)
  }

  async download(options: ResultOptions = {}): Promise<Download> {
    const { route } = this.#parts
    // The timeout is for the job; how long the bytes take is for the signal to say.
    if (this.#last?.state !== 'succeeded') {
      throwFailure(await this.#inTime((limited) => this.#waitForEnd(limited), options))
    }
    return openDownload(route, passOn, options.signal)
  }

  events({ since = 0, signal, ...how }: EventsOptions = {}): EventStream<JobEvent> {
    const feed = jobFeed(this.#parts.route, since)
    const start = (limited: AbortSignal) => this.#follow(feed, { ...how, signal: limited })
    return withCursor(liveStream(start, signal), () => feed.cursor)
  }

  [Symbol.asyncIterator](): EventStream<JobEvent> {
    return this.events()
  }

  output({ signal }: CallOptions = {}): LiveStream<OutputUpdate> {
    const start = (limited: AbortSignal): AsyncGenerator<JobEvent, void> =>
      this.#follow(jobFeed(this.#parts.route, 0), { needsStream: true, signal: limited })
    return liveStream((limited) => readOutput(start(limited)), signal)
  }

  async status({ signal }: CallOptions = {}): Promise<JobDocument> {
    return this.#note(await this.#send('GET', '', readJob, signal))
  }

  async cancel({ signal }: CallOptions = {}): Promise<JobDocument> {
    return this.#note(await this.#send('POST', '/cancel', readJob, signal))
  }

  #send<T>(
    method: 'GET' | 'POST',
    suffix: '' | '/result' | '/cancel',
    read: (response: Response) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { route } = this.#parts
    return route.transport.send(jobRequest(route, method, suffix, { signal }), read)
  }

  #note(job: JobDocument): JobDocument {
    this.#last = job
    return job
  }

  async *#follow(feed: Feed<JobEvent>, options: FollowOptions): AsyncGenerator<JobEvent, void> {
    for await (const event of follow(feed, options)) {
      this.#note(event.job)
      yield event
    }
  }

  #within<T>(read: (response: Response) => Promise<T>, options: ResultOptions): Promise<T> {
    return this.#inTime((limited) => this.#outcome(read, limited), options)
  }

  #inTime<T>(
    work: (signal: AbortSignal | undefined) => Promise<T>,
    { timeout, signal }: ResultOptions,
  ): Promise<T> {
    const ms = timeout === undefined ? null : spanMs(timeout)
    const late = (): Error => new WaitTimeoutError(`${this.id} has not ended within ${timeout}`)
    const { transport } = this.#parts.route
    return withTimeout(transport, ms, signal, late, work)
  }

  async #outcome<T>(
    read: (response: Response) => Promise<T>,
    signal: AbortSignal | undefined,
  ): Promise<T> {
    const { outcome } = this.#parts
    if (outcome !== null && (await this.#isResult(outcome, signal))) return read(outcome.clone())
    // A failed job can have been retried since, so only a success is final for this handle.
    if (this.#last?.state !== 'succeeded') throwFailure(await this.#waitForEnd(signal))
    return this.#send('GET', '/result', read, signal)
  }

  /** An error that came with the submission is the job's own, or what a wrapped API answered. */
  async #isResult(outcome: Response, signal: AbortSignal | undefined): Promise<boolean> {
    return outcome.ok || (await this.status({ signal })).state === 'succeeded'
  }

  async #waitForEnd(signal: AbortSignal | undefined): Promise<JobDocument> {
    const feed = jobFeed(this.#parts.route, null)
    for await (const { job } of this.#follow(feed, { signal })) {
      if (isFinalState(job.state)) return job
    }
    const job = await this.status({ signal })
    if (isFinalState(job.state)) return job
    throw unexpected(200, `The events of ${this.id} ended before the job did.`)
  }
}

function throwFailure(job: JobDocument): void {
  if (job.state === 'failed') throw new JobFailedError(job)
  if (job.state === 'cancelled') throw new JobCancelledError(job)
}

/** Gives a result as it is. A failure that names no job is the server's own, or a proxy's. */
async function passOn(response: Response): Promise<Response> {
  if (!response.ok && outcomeOf(response) === null) throw await readProblem(response)
  return response
}
