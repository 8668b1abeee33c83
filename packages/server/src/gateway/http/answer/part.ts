import type { Problem } from '@buzzer/contract'
import type { IncomingHttpHeaders } from 'node:http'
import type { Job } from '../../../core/job.ts'
import { jobPath } from '../../job-document.ts'
import type { HttpContext } from '../context.ts'
import { parseTags } from '../request/if-none-match.ts'
import type { Answer, AnswerHeaders, BytesAnswer, WholeAnswer } from './answer.ts'
import { negotiate } from './compress.ts'
import { acceptedBy } from './encoding.ts'
import { problemAnswer } from './problem.ts'
import { isSame, parseRange, type Range } from './range.ts'

/** Somebody who may want a part of a body, or has it already (RFC 9110, sections 13 and 14). */
export interface Reader {
  readonly method: string
  readonly headers: IncomingHttpHeaders
}

/** What of an answer of status 200 its reader gets: all of it, one part, or word that it has it. */
export function partOf(
  ctx: HttpContext,
  job: Job,
  answer: WholeAnswer | BytesAnswer,
  { method, headers }: Reader,
): Answer {
  const etag = etagOf(job, answer.headers)
  const own: AnswerHeaders = { ...answer.headers, etag, 'accept-ranges': 'bytes' }
  const size = sizeOf(answer)
  if (parseTags(headers['if-none-match'])?.has(weak(etag)) === true) {
    return unchanged(negotiate(own, size, acceptedBy(headers)).headers)
  }
  const asked =
    method === 'GET' && isSame(headers['if-range']?.toString(), etag) ? headers.range : undefined
  const range = parseRange(asked, size)
  if (range === 'whole') return { ...answer, headers: own }
  if (range === 'unsatisfiable') return beyond(ctx, job, size)
  const contentRange = `bytes ${range.start}-${range.end - 1}/${size}`
  return sliced({ ...answer, headers: { ...own, 'content-range': contentRange } }, range)
}

/**
 * Says of what its reader has what would be said of it now: a cache takes these headers for those
 * that it keeps (RFC 9111, section 4.3.4), so that the tag has to be that of the encoded one.
 */
function unchanged(all: AnswerHeaders): WholeAnswer {
  const { 'content-type': _, 'content-length': __, 'content-encoding': ___, ...headers } = all
  return { kind: 'whole', status: 304, headers, body: null }
}

/** A result never changes, so its job's version stands for it, unless its upstream named it. */
const etagOf = ({ id, version }: Job, { etag }: AnswerHeaders): string =>
  typeof etag === 'string' ? etag : `"${id}.${version}"`

const weak = (etag: string): string => (etag.startsWith('W/') ? etag : `W/${etag}`)

const sizeOf = (answer: WholeAnswer | BytesAnswer): number => {
  if (answer.kind === 'bytes') return answer.size
  return answer.body === null ? 0 : Buffer.byteLength(answer.body)
}

function sliced(answer: WholeAnswer | BytesAnswer, range: Range): Answer {
  const { start, end } = range
  if (answer.kind === 'bytes') {
    return { ...answer, status: 206, size: end - start, open: () => answer.open(range) }
  }
  return { ...answer, status: 206, body: Buffer.from(answer.body ?? '').subarray(start, end) }
}

function beyond(ctx: HttpContext, job: Job, size: number): Answer {
  const problem: Problem = {
    code: 'range-not-satisfiable',
    detail: `The result has ${size} bytes. Ask for some of those, or for all of it.`,
  }
  ctx.telemetry.rejected(problem.code)
  const contentRange = { 'content-range': `bytes */${size}` }
  return problemAnswer(ctx.publicUrl(), problem, jobPath(job), contentRange)
}
