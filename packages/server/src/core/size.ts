const unitBytes = { b: 1, kb: 1_024, mb: 1_048_576, gb: 1_073_741_824 } as const

/**
 * Reads a size.
 *
 * @param text such as `512kb` or `1.5mb`; no spaces, no sign
 * @returns whole bytes, or null where the text is not a size
 */
export function parseSize(text: string): number | null {
  const [, amount, unit] = /^(\d{1,12}(?:\.\d{1,3})?)(b|kb|mb|gb)$/i.exec(text) ?? []
  if (amount === undefined || unit === undefined) return null
  const bytes = Math.round(Number(amount) * unitBytes[unit.toLowerCase() as keyof typeof unitBytes])
  return Number.isSafeInteger(bytes) ? bytes : null
}

/** Writes a size in the largest unit that divides it. */
export function formatSize(bytes: number): string {
  const units = ['gb', 'mb', 'kb'] as const
  const unit = bytes === 0 ? 'b' : (units.find((name) => bytes % unitBytes[name] === 0) ?? 'b')
  return `${bytes / unitBytes[unit]}${unit}`
}
