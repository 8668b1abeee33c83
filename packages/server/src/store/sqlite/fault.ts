import { StoreUnavailable } from '../../ports/store.ts'

/** SQLite's primary result codes that concern us (sqlite.org/rescode.html). */
export const sqlite = {
  busy: 5,
  noMemory: 7,
  readOnly: 8,
  ioError: 10,
  corrupt: 11,
  full: 13,
  cannotOpen: 14,
  protocol: 15,
  notADatabase: 26,
} as const

/** @returns the code without its extension, or null where SQLite did not throw this */
export function primaryCode(error: unknown): number | null {
  if (!(error instanceof Error) || !('errcode' in error)) return null
  return typeof error.errcode === 'number' ? error.errcode % 256 : null
}

const ofTheDisk: ReadonlySet<number | null> = new Set(Object.values(sqlite))

/** Whether it says something about the store as a whole, not about one command. */
export const isDiskFault = (error: unknown): boolean => ofTheDisk.has(primaryCode(error))

export const unavailable = (error: unknown): StoreUnavailable =>
  new StoreUnavailable(
    primaryCode(error) === sqlite.full
      ? 'The store has no space left: free space on its disk; it goes on by itself then.'
      : `The store cannot be read or written: ${messageOf(error)}`,
    { cause: error },
  )

export const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
