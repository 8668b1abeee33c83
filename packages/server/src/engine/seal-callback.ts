import type { BatchId, JobId } from '@buzzer/contract'
import type { Callback, CallbackWish } from '../core/callback.ts'
import type { EngineContext } from './context.ts'

/** A callback as it is stored with what it is about. */
export function sealCallback(
  { sealer }: Pick<EngineContext, 'sealer'>,
  wish: CallbackWish | null,
  about: JobId | BatchId,
): Callback | null {
  if (wish === null) return null
  const { url, events, secret } = wish
  return { url, events, sealedSecret: secret === null ? null : sealer.seal(secret, about) }
}
