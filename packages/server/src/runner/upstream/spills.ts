import { inlineAtMost, isBlob, type BlobRef } from '../../core/payload.ts'
import type { Spill } from '../../ports/outbound.ts'
import type { Attempt, RunOutcome } from '../../ports/runner.ts'

/** Large answers of one attempt, of which one at most becomes its result. */
export interface Spills {
  readonly spill: Spill
  /** Lets go of all that did not become the result. */
  settle(outcome: RunOutcome): void
}

export function createSpills({ blobs }: Attempt, maxBytes: number): Spills {
  const written: BlobRef[] = []
  return {
    spill: {
      above: inlineAtMost,
      async write(source, signal) {
        const blob = await blobs.write(source, { maxBytes, signal })
        written.push(blob)
        return blob
      },
    },
    settle(outcome) {
      const body = outcome.kind === 'done' ? outcome.result.body : null
      const kept = body !== null && isBlob(body) ? body.id : null
      for (const { id } of written) {
        // What cannot be removed now is swept later.
        if (id !== kept) blobs.remove(id).catch(() => undefined)
      }
    },
  }
}
