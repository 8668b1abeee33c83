import type { Problem } from '@buzzer/contract'
import { StoreUnavailable } from '../../ports/store.ts'
import type { HttpContext } from './context.ts'
import { BodyRefused } from './request/body-refused.ts'
import { storeUnavailable } from './routes/health.ts'

/** What somebody is told whose request met a fault; the log has the rest. */
export function faultProblem(ctx: HttpContext, fault: unknown): Problem {
  if (fault instanceof StoreUnavailable) return storeUnavailable
  if (fault instanceof BodyRefused) return fault.problem
  const known = requestProblem(fault)
  if (known !== null) return known
  ctx.log.error({ err: fault }, 'a request met a fault')
  return {
    code: 'internal-error',
    detail:
      'Something went wrong inside Buzzer; its log says more. If you sent a job, send it again ' +
      'with the same Idempotency-Key.',
  }
}

/** The caller went away, or closed before all of its body was sent. */
function requestProblem(fault: unknown): Problem | null {
  const code = fault instanceof Error && 'code' in fault ? fault.code : null
  return code === 'ECONNRESET' || code === 'ECONNABORTED'
    ? { code: 'malformed-body', detail: 'The body does not have its Content-Length.' }
    : null
}
