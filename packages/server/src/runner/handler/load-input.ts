import { isBlob, type Body } from '../../core/payload.ts'
import { gather } from '../../core/spool.ts'
import { BlobMissing } from '../../ports/blobs.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'
import { StoreUnavailable } from '../../ports/store.ts'
import { failed } from './outcome.ts'

export type LoadedInput =
  | { readonly kind: 'loaded'; readonly body: Uint8Array | null }
  | { readonly kind: 'failed'; readonly outcome: RunOutcome }

/** Whether the input has to be fetched before a handler can get it. */
export const isElsewhere = ({ input, value }: Attempt): boolean =>
  value === undefined && input !== null && isBlob(input.body)

/** Fetches an input that does not lie with its job; handlers get theirs whole. */
export async function loadInput({ input, blobs }: Attempt): Promise<LoadedInput> {
  const body: Body | null = input?.body ?? null
  if (body === null || !isBlob(body)) return { kind: 'loaded', body }
  try {
    return { kind: 'loaded', body: await gather(blobs.read(body), body.size) }
  } catch (fault) {
    const isGone = fault instanceof BlobMissing
    if (!isGone && !(fault instanceof StoreUnavailable)) throw fault
    const detail = `The stored input cannot be read: ${fault.message}`
    return {
      kind: 'failed',
      outcome: failed({ code: isGone ? 'internal-error' : 'store-unavailable', detail }, !isGone),
    }
  }
}

/** @returns null where there is none, or where it was parsed already */
export const bodyAtHand = ({ input }: Attempt): Uint8Array | null =>
  input === null || isBlob(input.body) ? null : input.body
