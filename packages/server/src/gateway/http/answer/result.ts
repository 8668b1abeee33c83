import { publicPath, type Problem } from '@buzzer/contract'
import type { Job } from '../../../core/job.ts'
import { isBlob, sizeOf, type Result } from '../../../core/payload.ts'
import type { HttpContext } from '../context.ts'
import {
  jsonText,
  type Answer,
  type AnswerHeaders,
  type BytesAnswer,
  type WholeAnswer,
} from './answer.ts'
import { retryAfterSeconds } from './accepted.ts'
import { filtered, filteredHeaders } from './filtered.ts'
import { partOf, type Reader } from './part.ts'
import { errorDocument, jobPath } from '../../job-document.ts'
import { problemAnswer } from './problem.ts'

export interface ResultOptions {
  readonly fields: string | null
  /** Who may take part of it, or has it already; null where it answers a submission. */
  readonly reader: Reader | null
  readonly headers: AnswerHeaders
}

/**
 * What a job gave, as if it had been called directly: the handler's output or the upstream's own
 * answer where it succeeded, else the problem that says why there is none.
 */
export async function resultAnswer(
  ctx: HttpContext,
  job: Job,
  options: ResultOptions,
): Promise<Answer> {
  const { headers } = options
  switch (job.state) {
    case 'succeeded': {
      const result = await ctx.engine.result(job.id)
      if (result === null) return refuse(ctx, job, resultLost, headers)
      return successAnswer(ctx, job, result, options)
    }
    case 'failed':
      return failureAnswer(ctx, job, headers)
    case 'cancelled':
      return refuse(ctx, job, cancelled, { ...outcomeOf(ctx, job), ...headers })
    default:
      return refuse(ctx, job, notReady, { 'retry-after': retryAfterSeconds, ...headers })
  }
}

const refuse = (ctx: HttpContext, job: Job, problem: Problem, headers: AnswerHeaders) =>
  problemAnswer(ctx.publicUrl(), problem, jobPath(job), headers)

async function successAnswer(
  ctx: HttpContext,
  job: Job,
  result: Result,
  { fields, headers, reader }: ResultOptions,
): Promise<Answer> {
  const given = resultHeaders(result)
  const vary = given['vary'] === undefined ? {} : { vary: bothVary(given['vary'], headers) }
  const all = { ...given, ...cacheHeaders(ctx, job), ...outcomeOf(ctx, job), ...headers, ...vary }
  const { status } = result
  if (hasNoBody(status)) return { kind: 'whole', status, headers: all, body: null }
  if (fields !== null) {
    const picked = await filtered(ctx, result, fields)
    if (picked !== null) {
      if (typeof picked === 'object' && 'code' in picked) return refuse(ctx, job, picked, headers)
      return { kind: 'whole', status, headers: filteredHeaders(all), body: picked }
    }
  }
  // To a call by HEAD this is the head alone, of a body that the upstream has.
  if (reader === null && sizeOf(result.body) === 0) {
    return { kind: 'whole', status, headers: all, body: null }
  }
  const answer = await bodyAnswer(ctx, result, all)
  if (answer === null) return refuse(ctx, job, resultLost, headers)
  return reader === null || status !== 200 ? answer : partOf(ctx, job, answer, reader)
}

/** @returns null where the body is missing */
async function bodyAnswer(
  { engine }: HttpContext,
  { status, body }: Result,
  headers: AnswerHeaders,
): Promise<WholeAnswer | BytesAnswer | null> {
  if (!isBlob(body)) return { kind: 'whole', status, headers, body }
  if (!(await engine.blobs.has(body.id))) return null
  const open: BytesAnswer['open'] = (range) => engine.blobs.read(body, range, true)
  return { kind: 'bytes', status, headers, size: body.size, open }
}

function resultHeaders({ headers, mediaType }: Result): AnswerHeaders {
  // An upstream may name a header after what every object has.
  const all = new Map<string, string | readonly string[]>()
  for (const [name, value] of headers) {
    const before = all.get(name)
    all.set(name, before === undefined ? value : [before, value].flat())
  }
  if (mediaType !== null) all.set('content-type', mediaType)
  all.set('x-content-type-options', 'nosniff')
  return Object.fromEntries(all)
}

const cacheHeaders = (ctx: HttpContext, job: Job): AnswerHeaders =>
  ctx.catalog.operation(job.operation)?.policies.cacheable === true
    ? {}
    : { 'cache-control': 'private, no-store' }

/** The upstream chose by some headers, and we by others. */
const bothVary = (given: string | readonly string[], { vary = [] }: AnswerHeaders): string =>
  [given, vary].flat().join(', ')

const hasNoBody = (status: number): boolean => status === 204 || status === 205 || status === 304

async function failureAnswer(
  ctx: HttpContext,
  job: Extract<Job, { state: 'failed' }>,
  headers: AnswerHeaders,
): Promise<WholeAnswer> {
  const { failures } = await ctx.engine.view(job)
  const document = errorDocument(job, failures, ctx.publicUrl())
  return jsonText(document.status, JSON.stringify(document), {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'private, no-store',
    ...outcomeOf(ctx, job),
    ...headers,
  })
}

/** Names the job, so that an outcome is told from a refusal of the same status. */
const outcomeOf = (ctx: HttpContext, job: Job): AnswerHeaders => ({
  'content-location': publicPath(ctx.publicUrl(), jobPath(job)),
})

const notReady: Problem = {
  code: 'result-not-ready',
  detail: 'The job has not ended. Ask again later, or wait for it with `Prefer: wait=30`.',
}

const cancelled: Problem = {
  code: 'job-cancelled',
  detail: 'The job was cancelled, so it has no result. Submit it again if you need one.',
}

export const resultLost: Problem = {
  code: 'internal-error',
  detail: 'The job succeeded but its result is not in the store. The server log says more.',
}
