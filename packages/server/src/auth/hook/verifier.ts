import type { HmacScheme, HookScheme } from '../../core/hook.ts'
import type { VerifiedHook } from '../../ports/hooks.ts'
import { createHmacHeader } from './hmac.ts'
import { createStandard } from './standard.ts'
import { createStripe } from './stripe.ts'

/** What tells calls of a hook's sender from others, by the way in which it signs. */
export function createVerifier(scheme: HookScheme): VerifiedHook['verify'] {
  switch (scheme.kind) {
    case 'none':
      return () => ({ kind: 'verified', id: null, timestamp: null })
    case 'standard':
      return createStandard(scheme)
    case 'stripe':
      return createStripe(scheme)
    case 'github':
      return createHmacHeader({ ...github, secrets: scheme.secrets })
    case 'hmac':
      return createHmacHeader(scheme)
  }
}

/** It signs the body alone: neither a time nor the delivery's id. */
const github: Omit<HmacScheme, 'secrets'> = {
  kind: 'hmac',
  header: 'x-hub-signature-256',
  algorithm: 'sha256',
  encoding: 'hex',
  prefix: 'sha256=',
  content: '{body}',
  timestamp: null,
  id: 'x-github-delivery',
  toleranceMs: 0,
}
