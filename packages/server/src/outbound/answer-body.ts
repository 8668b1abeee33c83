import { createByteQueue, type ByteQueue } from '../core/byte-queue.ts'
import type { Body } from '../core/payload.ts'
import { joined } from '../core/spool.ts'
import type { Spill } from '../ports/outbound.ts'

/** The body of an answer while it comes. */
export interface AnswerBody {
  /** @returns false where it would become too large */
  add(chunk: Uint8Array): boolean
  /** What is kept, where the rest of it is of no use; null while more is needed. */
  enough(): Uint8Array | null
  /** More came than is kept. */
  isCut(): boolean
  /** All of it has come. */
  whole(): Body | Promise<Body>
  /** No more of it will come, and nothing of it is to be kept. */
  drop(reason: Error): void
}

export interface AnswerBodyTerms {
  readonly maxBytes: number
  readonly spill: Spill | null
  /** Holds the connection back, or lets it go on. */
  pause(): void
  resume(): void
  /** What came could not be kept. */
  onFault(fault: unknown): void
}

/** On its way to wherever it is kept, in bytes. */
const queuedBytes = 262_144

export function createAnswerBody(terms: AnswerBodyTerms): AnswerBody {
  const { maxBytes, spill } = terms
  const chunks: Uint8Array[] = []
  let length = 0
  let spilling: Spilling | null = null

  return {
    add(chunk) {
      length += chunk.byteLength
      if (length > maxBytes) return false
      if (spilling !== null) spilling.queue.push(chunk)
      else chunks.push(chunk)
      if (spilling === null && spill !== null && length > spill.above) {
        spilling = startSpilling(spill, terms)
        for (const early of chunks.splice(0)) spilling.queue.push(early)
      }
      return true
    },
    enough: () => null,
    isCut: () => false,
    whole() {
      if (spilling === null) return joined(chunks, length)
      spilling.queue.end()
      return spilling.kept
    },
    drop(reason) {
      chunks.length = 0
      spilling?.queue.fail(reason)
      spilling?.controller.abort(reason)
    },
  }
}

/**
 * Gives the memory of each piece back when the next is asked for. The collector would leave it for
 * as long as there are not 64 MB of it.
 */
async function* released(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const chunk of source) {
    yield chunk
    const { buffer, byteLength } = chunk
    // One that shares its memory may share it with what undici has not read yet.
    if (buffer instanceof ArrayBuffer && buffer.byteLength === byteLength) buffer.transfer(0)
  }
}

interface Spilling {
  readonly queue: ByteQueue
  readonly kept: Promise<Body>
  readonly controller: AbortController
}

function startSpilling(spill: Spill, { pause, resume, onFault }: AnswerBodyTerms): Spilling {
  const controller = new AbortController()
  const queue = createByteQueue({ mostBytes: queuedBytes, pause, resume })
  const kept = spill.write(released(queue.source), controller.signal)
  kept.catch(onFault)
  return { queue, kept, controller }
}
