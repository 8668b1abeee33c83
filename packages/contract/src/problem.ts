/**
 * Every error that Buzzer can answer with, by its code. The gateway, the clients and the reference
 * page all read this one table; `retry` says whether sending the same request again can help.
 */
export const problems = {
  'malformed-body': { status: 400, retry: false, title: 'The body could not be read' },
  'invalid-header': { status: 400, retry: false, title: 'A request header does not parse' },
  'invalid-parameter': { status: 400, retry: false, title: 'A query parameter does not parse' },
  'idempotency-key-missing': { status: 400, retry: false, title: 'An Idempotency-Key is required' },
  'invalid-token': { status: 401, retry: false, title: 'The credential is not valid' },
  'signature-invalid': { status: 401, retry: false, title: 'The signature does not hold' },
  'insufficient-scope': { status: 403, retry: false, title: 'The credential does not allow this' },
  'host-not-allowed': {
    status: 403,
    retry: false,
    title: 'This host name or origin is not allowed',
  },
  'route-not-found': { status: 404, retry: false, title: 'There is no such route' },
  'operation-not-found': { status: 404, retry: false, title: 'There is no such operation' },
  'hook-not-found': { status: 404, retry: false, title: 'There is no such hook' },
  'job-not-found': { status: 404, retry: false, title: 'There is no such job' },
  'batch-not-found': { status: 404, retry: false, title: 'There is no such batch' },
  'channel-not-found': { status: 404, retry: false, title: 'There is no such channel' },
  'webhook-not-found': { status: 404, retry: false, title: 'There is no such webhook' },
  'delivery-not-found': { status: 404, retry: false, title: 'There is no such delivery' },
  'result-not-ready': { status: 404, retry: true, title: 'The job has not ended yet' },
  'method-not-allowed': {
    status: 405,
    retry: false,
    title: 'This route does not take that method',
  },
  'not-acceptable': { status: 406, retry: false, title: 'No acceptable form of the answer exists' },
  'service-not-found': { status: 404, retry: false, title: 'There is no such service' },
  'job-finished': { status: 409, retry: false, title: 'The job has ended already' },
  'batch-finished': { status: 409, retry: false, title: 'The batch has ended already' },
  'job-not-failed': { status: 409, retry: false, title: 'The job has not failed' },
  'job-not-finished': { status: 409, retry: true, title: 'The job has not ended yet' },
  'job-cancelled': { status: 409, retry: false, title: 'The job was cancelled' },
  'channel-changed': { status: 409, retry: true, title: 'The channel was declared anew' },
  'defined-in-config': { status: 409, retry: false, title: 'It is defined in the configuration' },
  'idempotency-key-in-progress': {
    status: 409,
    retry: true,
    title: 'The same key is being accepted',
  },
  'lease-lost': { status: 409, retry: false, title: 'The lease was lost' },
  'webhook-disabled': { status: 409, retry: false, title: 'The webhook is disabled' },
  'delivery-being-sent': { status: 409, retry: true, title: 'The delivery is being sent' },
  'delivery-erased': { status: 410, retry: false, title: 'What was to be delivered was erased' },
  'job-expired': { status: 410, retry: false, title: 'The job is past its retention' },
  'batch-expired': { status: 410, retry: false, title: 'The batch is past its retention' },
  'request-timeout': { status: 408, retry: true, title: 'The request took too long to arrive' },
  'precondition-failed': {
    status: 412,
    retry: false,
    title: 'It is at another version than was expected',
  },
  'payload-too-large': { status: 413, retry: false, title: 'The body is too large' },
  'range-not-satisfiable': {
    status: 416,
    retry: false,
    title: 'There are no such bytes in the result',
  },
  'unsupported-media-type': {
    status: 415,
    retry: false,
    title: 'This media type is not taken here',
  },
  'validation-failed': { status: 422, retry: false, title: 'The input does not match its schema' },
  'idempotency-key-reused': {
    status: 422,
    retry: false,
    title: 'The key was used for another request',
  },
  'callback-url-rejected': { status: 422, retry: false, title: 'The callback URL is not allowed' },
  'endpoint-url-rejected': { status: 422, retry: false, title: 'The endpoint URL is not allowed' },
  'rate-limited': { status: 429, retry: true, title: 'Too many requests' },
  'upgrade-required': { status: 426, retry: false, title: 'Another protocol is spoken here' },
  'headers-too-large': { status: 431, retry: false, title: 'The request headers are too large' },
  'handler-failed': { status: 500, retry: true, title: 'The handler failed' },
  'internal-error': { status: 500, retry: true, title: 'Something went wrong inside Buzzer' },
  'not-supported': { status: 501, retry: false, title: 'This is not supported yet' },
  'upstream-failed': { status: 502, retry: true, title: 'The upstream failed' },
  'overloaded': { status: 503, retry: true, title: 'Too much is waiting already' },
  'store-unavailable': { status: 503, retry: true, title: 'The store cannot be written' },
  'shutting-down': { status: 503, retry: true, title: 'This node is shutting down' },
  'upstream-timeout': { status: 504, retry: true, title: 'The answer took too long' },
  'deadline-exceeded': { status: 504, retry: false, title: 'The deadline has passed' },
} as const satisfies Record<string, { status: number; retry: boolean; title: string }>

export type ProblemCode = keyof typeof problems

/** One thing that is wrong with the input, by JSON Pointer (RFC 6901) into it. */
export interface ValidationError {
  readonly pointer: string
  readonly detail: string
}

/** What went wrong, apart from where it is served: becomes a problem document at the edge. */
export interface Problem {
  readonly code: string
  readonly detail: string
  /** Only where the code is not in the table, as for problems that a handler made itself. */
  readonly status?: number
  readonly title?: string
  readonly errors?: readonly ValidationError[]
  /** Members of its own, which RFC 9457 allows. */
  readonly extensions?: Readonly<Record<string, unknown>>
}

/** RFC 9457, `application/problem+json`. */
export interface ProblemDocument {
  readonly type: string
  readonly title: string
  readonly status: number
  readonly detail: string
  readonly instance?: string
  readonly code: string
  readonly errors?: readonly ValidationError[]
  readonly [extension: string]: unknown
}

const isKnown = (code: string): code is ProblemCode => Object.hasOwn(problems, code)

export const problemStatus = (problem: Problem): number =>
  problem.status ?? (isKnown(problem.code) ? problems[problem.code].status : 500)

/**
 * One of the server's own paths as callers reach it: below the path of its public address, if that
 * has one.
 *
 * @param publicUrl the server's own address without a trailing slash
 */
export function publicPath(publicUrl: string, path: string): string {
  const base = publicUrl.indexOf('/', publicUrl.indexOf('://') + '://'.length)
  return base === -1 ? path : publicUrl.slice(base) + path
}

/**
 * @param publicUrl the server's own address without a trailing slash; `type` points at its page
 * @param instance the path of the request or the job that the problem is about
 */
export function problemDocument(
  problem: Problem,
  publicUrl: string,
  instance?: string,
): ProblemDocument {
  return {
    type: isKnown(problem.code) ? `${publicUrl}/problems/${problem.code}` : 'about:blank',
    title: problem.title ?? (isKnown(problem.code) ? problems[problem.code].title : 'Error'),
    status: problemStatus(problem),
    detail: problem.detail,
    ...(instance === undefined ? {} : { instance: publicPath(publicUrl, instance) }),
    code: problem.code,
    ...(problem.errors === undefined ? {} : { errors: problem.errors }),
    ...problem.extensions,
  }
}
