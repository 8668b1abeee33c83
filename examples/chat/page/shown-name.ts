/**
 * A name without the characters that turn the direction of text: with one of them, a name could be
 * read as another, or turn what stands beside it.
 */
export const shownName = (name: string): string =>
  name.replaceAll(/[\u061C\u200E\u200F\u202A-\u202E\u2066-\u2069]/g, '').trim() || '?'

/** A name within other text, which goes its own way whatever the direction of the name. */
export function isolated(name: string): HTMLElement {
  const element = document.createElement('bdi')
  element.textContent = shownName(name)
  return element
}
