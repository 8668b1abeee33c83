/** What one check of `buzzer doctor` found. */
export interface Finding {
  readonly check: string
  readonly verdict: 'good' | 'warning' | 'bad'
  /** For people, in a few words. */
  readonly found: string
  /** A command, or what to write; null where all is well. */
  readonly fix: string | null
}

export const good = (check: string, found: string): Finding => ({
  check,
  verdict: 'good',
  found,
  fix: null,
})

export const warning = (check: string, found: string, fix: string | null): Finding => ({
  check,
  verdict: 'warning',
  found,
  fix,
})

export const bad = (check: string, found: string, fix: string | null): Finding => ({
  check,
  verdict: 'bad',
  found,
  fix,
})

export const reasonOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error)
