import { find } from './find.ts'
import type { LineState } from './line.ts'

const words: Readonly<Record<LineState, string>> = {
  connecting: 'Connecting …',
  live: 'Live',
  waiting: 'Reconnecting …',
}

/** Shows in `#state` how the line is. */
export function showState(state: LineState): void {
  const element = find('#state')
  element.dataset['state'] = state
  element.textContent = words[state]
}
