import { find } from './find.ts'
import type { LineState } from './line.ts'

const words: Readonly<Record<LineState, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  waiting: 'Reconnecting …',
}

/** Where there is no room for more. */
const short: Readonly<Record<LineState, string>> = { ...words, connecting: '…', waiting: 'Offline' }

/** Shows in `#state` how the line is, and tells the page's style. */
export function showState(state: LineState): void {
  const element = find('#state')
  element.dataset['state'] = state
  const parts: HTMLElement[] = []
  for (const [form, text] of Object.entries({ long: words[state], short: short[state] })) {
    const part = document.createElement('span')
    part.className = form
    part.textContent = text
    parts.push(part)
  }
  element.replaceChildren(...parts)
  document.body.dataset['line'] = state
}
