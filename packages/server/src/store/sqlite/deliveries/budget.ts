/** How much a page may still hold: so many entries, and fewer where they are large, but not none. */
export interface Budget {
  left(): number
  spend(characters: number, entries?: number): void
  isSpent(): boolean
}

export function createBudget(entries: number, characters: number): Budget {
  let entriesLeft = entries
  let charactersLeft = characters
  return {
    left: () => entriesLeft,
    spend(characterCount, entryCount = 1) {
      entriesLeft -= entryCount
      charactersLeft -= characterCount
    },
    isSpent: () => entriesLeft <= 0 || charactersLeft <= 0,
  }
}
