import type { Problem } from '@buzzer/contract'
import type { FastifyError } from 'fastify'
import { formatBytes } from '../../core/bytes.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import type { HttpContext } from './context.ts'
import { BodyRefused } from './request/body-refused.ts'
import { storeUnavailable } from './routes/health.ts'

/** What somebody is told whose request met a fault; the log has the rest. */
export function faultProblem(ctx: HttpContext, error: FastifyError): Problem {
  if (error instanceof StoreUnavailable) return storeUnavailable
  if (error instanceof BodyRefused) return error.problem
  const known = requestProblem(ctx, error)
  if (known !== null) return known
  ctx.log.error({ err: error }, 'a request met a fault')
  return {
    code: 'internal-error',
    detail:
      'Something went wrong inside Buzzer; its log says more. If you sent a job, send it again ' +
      'with the same Idempotency-Key.',
  }
}

function requestProblem(ctx: HttpContext, error: FastifyError): Problem | null {
  const { code, message, statusCode = 500 } = error
  switch (code) {
    case 'FST_ERR_CTP_BODY_TOO_LARGE':
      return {
        code: 'payload-too-large',
        detail: `The body is larger than ${formatBytes(ctx.limits.bodyBytes)} (limits.body).`,
      }
    case 'FST_ERR_CTP_INVALID_CONTENT_LENGTH':
    case 'FST_ERR_CTP_EMPTY_JSON_BODY':
    case 'ECONNRESET':
    case 'ECONNABORTED':
      return { code: 'malformed-body', detail: 'The body does not have its Content-Length.' }
    case 'FST_ERR_CTP_INVALID_MEDIA_TYPE':
      return {
        code: 'unsupported-media-type',
        detail: 'The Content-Type is no media type. Send one such as application/json.',
      }
    case 'FST_ERR_BAD_URL':
      return { code: 'route-not-found', detail: 'The path is not percent-encoded as it should be.' }
    default:
      // Whatever else Fastify refuses is the request's fault, as a QUERY without Content-Type.
      return code?.startsWith('FST_') && statusCode < 500
        ? { code: 'malformed-body', detail: message }
        : null
  }
}
