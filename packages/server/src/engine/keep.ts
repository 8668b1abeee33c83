import { inlineAtMost, isBlob, type Body } from '../core/payload.ts'
import type { EngineContext } from './context.ts'

type Context = Pick<EngineContext, 'store' | 'log'>

/** Whether a body is too large to be stored with its job, and is not elsewhere already. */
export const isHeavy = (body: Body): body is Uint8Array =>
  !isBlob(body) && body.byteLength > inlineAtMost

/**
 * Puts a large body where the commit that follows can name it.
 *
 * @throws StoreUnavailable where it cannot be written
 */
export async function keepApart<Payload extends { readonly body: Body }>(
  { store }: Context,
  payload: Payload,
): Promise<Payload> {
  const { body } = payload
  if (!isHeavy(body)) return payload
  const blob = await store.blobs.write(once(body), { maxBytes: body.byteLength })
  return { ...payload, body: blob }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes
}

/** Lets go of a body that no row names, for certain; one that stays is swept later. */
export function letGo({ store, log }: Context, payload: { readonly body: Body } | null): void {
  if (payload === null || !isBlob(payload.body)) return
  const { id } = payload.body
  store.blobs
    .remove(id)
    .catch((fault: unknown) => log.debug({ err: fault, blob: id }, 'a blob is left to the sweep'))
}
