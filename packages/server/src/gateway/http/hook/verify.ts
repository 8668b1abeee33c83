import type { Problem } from '@buzzer/contract'
import type { Refused, VerifiedHook, Verdict } from '../../../ports/hooks.ts'
import type { HttpContext } from '../context.ts'
import { isEncoded, plainPlan } from '../request/body-plan.ts'
import { decodeBody } from '../request/decode-body.ts'
import type { HttpRequest } from '../request/http-request.ts'

/** A call that its sender made, and what of the signature tells it from others. */
export interface Verified extends Extract<Verdict, { kind: 'verified' }> {
  /** Without its content coding. */
  readonly body: Uint8Array
}

type Verifying = Verified | { readonly kind: 'problem'; readonly problem: Problem }

const nothing = new Uint8Array()

/**
 * Verifies a call on the bytes of its body before anything of them is parsed. Senders who compress
 * sign what they have, or what they send: either is taken.
 */
export async function verifyCall(
  ctx: HttpContext,
  hook: VerifiedHook,
  { rawHeaders, headers, body }: HttpRequest,
): Promise<Verifying> {
  const now = ctx.clock.now()
  const sent = body ?? nothing
  const direct = hook.verify({ rawHeaders, body: sent }, now)
  if (!isEncoded(headers) || body === null) return answerOf(direct, sent)
  const { maxBytes, tooLarge } = plainPlan(ctx)
  const encoding = headers['content-encoding'] ?? ''
  const decoded = await decodeBody(sent, encoding, maxBytes, tooLarge)
  if (decoded.kind === 'problem') return decoded
  const plain = decoded.body
  return answerOf(
    direct.kind === 'verified' ? direct : hook.verify({ rawHeaders, body: plain }, now),
    plain,
  )
}

const answerOf = (verdict: Verdict, body: Uint8Array): Verifying =>
  verdict.kind === 'verified'
    ? { ...verdict, body }
    : { kind: 'problem', problem: signatureInvalid(detailOf(verdict.why)) }

export const signatureInvalid = (detail: string): Problem => ({ code: 'signature-invalid', detail })

/** Enough for a sender to find its mistake; nothing of what was expected. */
function detailOf(why: Refused): string {
  switch (why.kind) {
    case 'missing':
      return `The header ${why.header} is missing. This hook takes signed calls only.`
    case 'repeated':
      return `The header ${why.header} was sent more than once. Send it once.`
    case 'unreadable':
      return `The header ${why.header} cannot be read.`
    case 'too-old':
      return 'The call was signed too long ago. Sign it anew each time that it is sent.'
    case 'too-new':
      return 'The call was signed at a time that is still to come. Set the clock of its sender right.'
    case 'no-match':
      return 'No signature matches the body. Is the secret the right one, and the body unchanged?'
  }
}
