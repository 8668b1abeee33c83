import { shownName } from './shown-name.ts'

/** The first letter of a name on a colour that is always the same for this name. */
export function avatarOf(name: string): HTMLElement {
  const avatar = document.createElement('span')
  avatar.className = 'avatar'
  avatar.setAttribute('aria-hidden', 'true')
  const [first] = new Intl.Segmenter().segment(shownName(name))
  avatar.textContent = first?.segment.toLocaleUpperCase() ?? ''
  let hash = 7
  for (const letter of name) hash = (Math.imul(hash, 31) + (letter.codePointAt(0) ?? 0)) >>> 0
  avatar.style.setProperty('--hue', String((hash * 137) % 360))
  return avatar
}
