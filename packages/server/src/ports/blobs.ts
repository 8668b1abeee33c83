import type { BlobRef } from '../core/payload.ts'
import type { Millis } from '../core/time.ts'

/**
 * Where bodies lie that are too large to be stored with their job. A blob is written and synced
 * before the commit that names it, and removed only a while after the commit that removed its last
 * mention, so that whoever copies the store meanwhile (a backup takes the blobs first, then the
 * rows, then the blobs that are new) still finds all that the rows name. That while is
 * at least ten minutes (engine/sweep.ts).
 */
export interface Blobs {
  /**
   * Writes what the source gives; nothing is left where it fails. Each piece is used only until
   * the next one is asked for.
   *
   * @returns where it is, once it would survive a crash
   * @throws TooLarge past `maxBytes`; StoreUnavailable where it cannot be written; whatever the
   *   source throws; the signal's reason
   */
  write(source: AsyncIterable<Uint8Array>, terms: BlobTerms): Promise<BlobRef>
  /**
   * Reads it piece by piece, no faster than the pieces are taken.
   *
   * @param reuse each piece is good only until the next one is asked for, which spares the memory
   * @throws BlobMissing where it is not there, with the first piece; StoreUnavailable
   */
  read(blob: BlobRef, range?: ByteRange, reuse?: boolean): AsyncIterable<Uint8Array>
  has(id: string): Promise<boolean>
  /** One that is not there is removed already. */
  remove(id: string): Promise<void>
  /**
   * Ids of blobs written before a moment, at most `limit` after `after`, in the order of their
   * ids; also removes what writes left that never ended.
   */
  writtenBefore(before: Millis, after: string, limit: number): Promise<readonly string[]>
}

export interface BlobTerms {
  readonly maxBytes: number
  readonly signal?: AbortSignal
}

/** Both in bytes from the start, `end` exclusive. */
export interface ByteRange {
  readonly start: number
  readonly end: number
}

/** What the rows say about blobs, kept in the transactions that change the rows. */
export interface Mentions {
  /** Which of these are named by a row, or wait in the trash. */
  known(ids: readonly string[]): Promise<readonly string[]>
  /** Blobs that rows name, at most `limit` after `after`, in the order of their ids. */
  list(after: string, limit: number): Promise<readonly string[]>
  /** Blobs whose last mention was removed before a moment. */
  trashed(before: Millis, limit: number): Promise<readonly string[]>
  /** Takes them out of the trash, when they are removed. */
  forget(ids: readonly string[]): Promise<void>
}

/** A row names it and it is not there. */
export class BlobMissing extends Error {
  override readonly name = 'BlobMissing'
}
