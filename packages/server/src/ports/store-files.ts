import type { Millis } from '../core/time.ts'

/**
 * The files of an embedded store, as another process looks at them while a server may work on
 * them. A folder is the store's; only `hold` takes its lock.
 */
export interface StoreFiles {
  /** The one file that a copy consists of, and that the store opens. */
  readonly fileName: string
  /** The newest schema that this program knows. */
  readonly schema: number
  /**
   * Copies all that was committed when it began, of one moment, into one file that has nothing
   * beside it and is on disk when this resolves.
   *
   * @returns what the source held at that moment
   * @throws {StoreUnavailable} where there is no store, or it cannot be read
   */
  copy(request: CopyRequest): Promise<StoreLook>
  /** @throws {StoreUnavailable} where there is no store, or it cannot be read */
  look(folder: string): StoreLook
  /** Reads every page. @returns what is broken; nothing in a healthy file */
  check(folder: string): readonly string[]
  /** Also what is stored is looked at: what must not be, and what does not fit together. */
  audit(folder: string): readonly string[]
  /** Whether a process works on the store. */
  isHeld(folder: string): boolean
  /** @throws {StoreLocked} where a process works on the store */
  hold(folder: string): Disposable
}

export interface CopyRequest {
  readonly folder: string
  /** The file to make; there must be none. */
  readonly target: string
  /** Stops the copy at its next step; the unfinished file stays. */
  readonly signal: AbortSignal
  onProgress(doneBytes: number, totalBytes: number): void
}

export interface StoreLook {
  readonly schema: number
  /** The version of the engine that looks, not of the one that wrote. */
  readonly engine: string
  readonly counts: StoreCounts
  readonly newestJobAt: Millis | null
  /** Payloads that lie in files of their own, as the store names them. */
  readonly blobs: readonly NamedBlob[]
}

export interface StoreCounts {
  readonly jobs: number
  readonly unfinishedJobs: number
  readonly events: number
}

export interface NamedBlob {
  /** Below the folder of blobs, with slashes. */
  readonly path: string
  readonly bytes: number
}
