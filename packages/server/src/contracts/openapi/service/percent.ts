/** @returns the text without its percent-encoding, or null where that is broken */
export function decodePercent(text: string): string | null {
  if (!text.includes('%')) return text
  try {
    return decodeURIComponent(text)
  } catch {
    return null
  }
}

/** Reads one part of a query or a form, where a plus stands for a space. */
export const decodeForm = (text: string): string | null =>
  decodePercent(text.includes('+') ? text.replaceAll('+', ' ') : text)
