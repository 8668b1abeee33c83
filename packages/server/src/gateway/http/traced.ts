import type { Operation } from '../../ports/catalog.ts'
import type { AcceptSpan } from '../../ports/tracing.ts'
import type { Answer } from './answer/answer.ts'
import type { HttpContext } from './context.ts'
import { pathOf, type HttpRequest } from './request/http-request.ts'
import { readTrace } from './request/submission-headers.ts'

/**
 * Begins the span of a call, which goes on until its answer is known.
 *
 * @returns null where nothing is traced
 */
export function beginCall(
  { tracing }: HttpContext,
  request: HttpRequest,
  { name, call }: Operation,
): AcceptSpan | null {
  if (tracing === null) return null
  const route = call.kind === 'named' ? namedRoute : call.mount + call.path
  const { method, target, headers } = request
  const incoming = { operation: name, method, route, path: pathOf(target) }
  return tracing.accept(incoming, readTrace(headers))
}

/** The same for a batch. @param route its template */
export function beginBatch(
  { tracing }: HttpContext,
  { method, target, headers }: HttpRequest,
  route: string,
): AcceptSpan | null {
  if (tracing === null) return null
  return tracing.accept(
    { operation: null, method, route, path: pathOf(target) },
    readTrace(headers),
  )
}

const namedRoute = '/v1/operations/{operation}/jobs'

/** Ends the span with the answer. */
export const endCall = (
  span: AcceptSpan | null,
  answer: Answer | Promise<Answer>,
): Answer | Promise<Answer> => (span === null ? answer : endAfter(span, answer))

async function endAfter(span: AcceptSpan, answer: Answer | Promise<Answer>): Promise<Answer> {
  let status: number | null = null
  try {
    const given = await answer
    status = given.kind === 'stream' ? 200 : given.status
    return given
  } finally {
    span.end(status)
  }
}
