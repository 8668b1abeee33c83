import { createHash } from 'node:crypto'
import { createIdSource } from '@buzzer/contract'
import { abortable } from '../../../core/abortable.ts'
import { gather } from '../../../core/spool.ts'
import { BlobMissing, type Blobs } from '../../../ports/blobs.ts'
import type { Clock } from '../../../ports/clock.ts'
import type { Random } from '../../../ports/random.ts'

/** Blobs that are gone with the process, for simulations. */
export function createMemoryBlobs(parts: {
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
}): Blobs {
  const ids = createIdSource(parts.clock.now, (count) => parts.random.bytes(count))
  const kept = new Map<string, { readonly bytes: Uint8Array; readonly at: number }>()
  return {
    async write(source, { maxBytes, signal }) {
      const id = ids.next('blb')
      const bytes = await gather(copied(abortable(source, signal)), maxBytes)
      kept.set(id, { bytes, at: parts.clock.now() })
      const sha256 = createHash('sha256').update(bytes).digest('hex')
      return { id, size: bytes.byteLength, sha256 }
    },
    async *read({ id, size }, { start, end } = { start: 0, end: size }) {
      const found = kept.get(id)
      if (found === undefined) throw new BlobMissing(`The blob ${id} is missing.`)
      for (let at = start; at < end; at += pieceBytes) {
        yield found.bytes.slice(at, Math.min(at + pieceBytes, end))
      }
    },
    has: (id) => Promise.resolve(kept.has(id)),
    async remove(id) {
      kept.delete(id)
    },
    async writtenBefore(before, after, limit) {
      const found = [...kept].filter(([id, { at }]) => id > after && at < before)
      return found.map(([id]) => id).slice(0, limit)
    },
  }
}

/** A piece is good only until the next one is asked for. */
async function* copied(source: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array, void> {
  for await (const piece of source) yield piece.slice()
}

const pieceBytes = 65_536
