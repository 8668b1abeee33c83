/** Part of a list. */
export interface Page<Item> {
  readonly items: readonly Item[]
  /** What the next page begins with; null where this is the last. */
  readonly next: string | null
}
