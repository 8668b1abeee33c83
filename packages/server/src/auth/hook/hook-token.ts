import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HookTokens } from '../../ports/hooks.ts'

/**
 * `{run}-` and an HMAC-SHA-256 of the hook, the job and its run, in base64url. It is bound to the
 * run, so that a call that comes late ends no later one, and cannot be taken for a job's own token.
 *
 * @param secret the server's key; changing it ends every token that was issued
 */
export function createHookTokens(secret: Uint8Array): HookTokens {
  const issue: HookTokens['issue'] = (hook, job, run) =>
    `${run}-${createHmac('sha256', secret).update(`hook\n${hook}\n${job}\n${run}`).digest('base64url')}`
  return {
    issue,
    runOf(hook, job, token) {
      const run = Number(/^(\d{1,9})-/.exec(token)?.[1] ?? Number.NaN)
      if (!Number.isSafeInteger(run)) return null
      const expected = Buffer.from(issue(hook, job, run))
      const given = Buffer.from(token)
      const isOurs = expected.byteLength === given.byteLength && timingSafeEqual(expected, given)
      return isOurs ? run : null
    },
  }
}
