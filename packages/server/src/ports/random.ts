/** Chance, so that a simulation can repeat it. */
export interface Random {
  /** From 0 up to but not including 1; not for secrets. */
  fraction(): number
  /** Unpredictable bytes, fit for secrets. */
  bytes(count: number): Uint8Array
}
