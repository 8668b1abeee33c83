import type { JobDocument, ProblemDocument } from '@buzzer/contract'

/** The server refused a request, or answered with an error: an RFC 9457 problem. */
export class BuzzerError extends Error {
  override readonly name: string = 'BuzzerError'
  readonly problem: ProblemDocument
  /** How long the server asked to wait before the next try, in milliseconds. */
  readonly retryAfterMs: number | null

  constructor(problem: ProblemDocument, retryAfterMs: number | null = null) {
    super(problem.detail || problem.title)
    this.problem = problem
    this.retryAfterMs = retryAfterMs
  }

  /** The problem's code, such as `validation-failed`; PROTOCOL.md section 7 lists them. */
  get code(): string {
    return this.problem.code
  }

  /** The HTTP status. */
  get status(): number {
    return this.problem.status
  }
}

/** The job ended as `failed`; `problem` is why, with the attempts' history in its `attempts`. */
export class JobFailedError extends BuzzerError {
  override readonly name: string = 'JobFailedError'
  readonly job: JobDocument

  constructor(job: JobDocument) {
    super(job.error ?? localProblem('handler-failed', 500, 'The job failed', 'It gave no reason.'))
    this.job = job
  }
}

/** The job ended as `cancelled`. */
export class JobCancelledError extends BuzzerError {
  override readonly name: string = 'JobCancelledError'
  readonly job: JobDocument

  constructor(job: JobDocument) {
    const title = 'The job was cancelled'
    super(job.error ?? localProblem('job-cancelled', 409, title, `${job.id} was cancelled.`))
    this.job = job
  }
}

/** The server could not be reached, or the connection broke, on every try; `cause` is the last. */
export class ConnectionError extends Error {
  override readonly name: string = 'ConnectionError'
}

/** The time given to `result()` was over. The job goes on; wait again or cancel it. */
export class WaitTimeoutError extends Error {
  override readonly name: string = 'WaitTimeoutError'
}

/** Pieces of output need a live stream, and something on the way to the server does not let one. */
export class StreamUnavailableError extends Error {
  override readonly name: string = 'StreamUnavailableError'
}

/** A problem that this side noticed; there is no page about it. */
const localProblem = (
  code: string,
  status: number,
  title: string,
  detail: string,
): ProblemDocument => ({ type: 'about:blank', title, status, detail, code })

/** Something answered that does not speak this protocol: a proxy, or another server. */
export const unexpected = (
  status: number,
  detail: string,
  retryAfterMs: number | null = null,
): BuzzerError =>
  new BuzzerError(
    localProblem('unexpected-response', status, 'Unexpected answer', detail),
    retryAfterMs,
  )
