import { joined } from '../core/spool.ts'
import type { AnswerBody } from './answer-body.ts'

/**
 * The beginning of an answer of which nobody wants more. The pieces are copied, because one of them
 * would hold all that came with it in memory.
 */
export function createFirstBytes(keepAtMost: number, maxBytes: number): AnswerBody {
  const chunks: Uint8Array[] = []
  let kept = 0
  let length = 0
  return {
    add(chunk) {
      length += chunk.byteLength
      if (kept < keepAtMost) {
        const piece = Uint8Array.prototype.slice.call(chunk, 0, keepAtMost - kept)
        kept += piece.byteLength
        chunks.push(piece)
      }
      return length <= maxBytes
    },
    enough: () => (length >= keepAtMost ? joined(chunks, kept) : null),
    isCut: () => length > keepAtMost,
    whole: () => joined(chunks, kept),
    drop() {
      chunks.length = 0
    },
  }
}
