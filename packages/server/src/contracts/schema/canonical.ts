/**
 * Writes a JSON value so that two values have the same text exactly where JSON Schema calls them
 * equal: members in order of their names, 1.0 as 1.
 */
export function canonical(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'undefined'
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  const members = Object.entries(value)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
    .map(([name, member]) => `${JSON.stringify(name)}:${canonical(member)}`)
  return `{${members.join(',')}}`
}

/**
 * Whether no two items are equal, in time linear in the size of the array.
 *
 * @param spend is told how many characters were compared
 */
export function allDiffer(items: readonly unknown[], spend: (characters: number) => void): boolean {
  const seen = new Set<unknown>()
  for (const item of items) {
    // Other values are told apart by their texts; those of strings have their own quotes.
    const key = typeof item === 'number' ? item : canonical(item)
    spend(typeof key === 'string' ? key.length : 1)
    if (seen.has(key)) return false
    seen.add(key)
  }
  return true
}

/** Counts what a value is made of: each value is one, and each eight characters of text. */
export function sizeOf(value: unknown): number {
  let size = 0
  const waiting = [value]
  while (waiting.length > 0) {
    const next = waiting.pop()
    size += typeof next === 'string' ? 1 + next.length / 8 : 1
    if (typeof next !== 'object' || next === null) continue
    for (const [name, member] of Object.entries(next)) {
      size += name.length / 8
      waiting.push(member)
    }
  }
  return size
}
