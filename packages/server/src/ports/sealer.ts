/** Keeps texts secret where they are stored. */
export interface Sealer {
  /** @param about where it belongs; it opens for nothing else */
  seal(text: string, about: string): string
  /** @returns null where it was sealed with another key or about something else, or was changed */
  open(sealed: string, about: string): string | null
}
