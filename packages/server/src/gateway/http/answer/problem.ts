import { problemDocument, problems, problemStatus, type Problem } from '@buzzer/contract'
import { jsonText, type AnswerHeaders, type WholeAnswer } from './answer.ts'

/**
 * RFC 9457.
 *
 * @param instance the path that the problem is about
 */
export function problemAnswer(
  publicUrl: string,
  problem: Problem,
  instance: string,
  headers: AnswerHeaders = {},
): WholeAnswer {
  const document = problemDocument(problem, publicUrl, uriReference(instance))
  return jsonText(problemStatus(problem), JSON.stringify(document), {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...retryAfter(problem),
    ...challenge(problem),
    ...headers,
  })
}

/** Every 401 names a way in (RFC 9110, section 11.6.1). */
const challenge = ({ code }: Problem): AnswerHeaders =>
  code === 'invalid-token' || code === 'signature-invalid'
    ? { 'www-authenticate': code === 'invalid-token' ? 'Bearer' : 'Signature' }
    : {}

/** A path as it was received may hold what no URI does (RFC 3986). */
const uriReference = (path: string): string =>
  path.replaceAll(/%(?![\da-f]{2})|[^\w\-.~:/?#@!$&'()*+,;=%]/gi, encodeURIComponent)

/** For what passes by itself; a job that is not ready, a full queue, a disk without space. */
const retryAfter = ({ code }: Problem): AnswerHeaders =>
  hasWait(code) && problems[code].retry ? { 'retry-after': '1' } : {}

const hasWait = (code: string): code is keyof typeof problems =>
  Object.hasOwn(problems, code) &&
  ['result-not-ready', 'overloaded', 'store-unavailable', 'shutting-down', 'rate-limited'].includes(
    code,
  )

/** Tells a problem from what was asked for, where a function gives either. */
export const isProblem = (value: unknown): value is Problem =>
  typeof value === 'object' && value !== null && 'code' in value && 'detail' in value
