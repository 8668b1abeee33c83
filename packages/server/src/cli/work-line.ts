import { fitLine } from './fit-line.ts'
import { showSpan } from './show-time.ts'
import { paint, type Output } from './terminal.ts'

/** One line on a terminal that says how far long work is; nothing where there is no terminal. */
export interface WorkLine extends Disposable {
  /**
   * @param what such as `copying`
   * @param count how much of how much, for people; empty where that is not known
   * @param share from 0 to 1, null where it is not known
   */
  show(what: string, count?: string, share?: number | null): void
}

/** What is quicker needs no line that flashes up. */
const patienceMs = 1_000
const redrawMs = 100

export function createWorkLine(stream: Output): WorkLine {
  if (stream.isTTY !== true) return { show() {}, [Symbol.dispose]() {} }
  const startedAt = performance.now()
  let drawnAt = 0
  let current = ''
  let since = startedAt
  return {
    show(what, count = '', share = null) {
      const now = performance.now()
      if (what !== current) since = now
      const isNew = what !== current
      current = what
      if (now - startedAt < patienceMs || (!isNew && now - drawnAt < redrawMs)) return
      drawnAt = now
      const line = renderWork(stream, { what, count, share, spentMs: now - since })
      stream.write(`\r\u001b[K${fitLine(line, stream.columns)}`)
    },
    [Symbol.dispose]() {
      if (drawnAt > 0) stream.write('\r\u001b[K')
    },
  }
}

export interface Work {
  readonly what: string
  readonly count: string
  readonly share: number | null
  readonly spentMs: number
}

export function renderWork(stream: Output, { what, count, share, spentMs }: Work): string {
  const percent = share === null ? '' : `${Math.floor(share * 100)}%`
  const isLong = spentMs >= patienceMs && share !== null && share > 0 && share < 1
  const left = isLong
    ? paint(stream, 'dim', `about ${showSpan((spentMs * (1 - share)) / share)} left`)
    : ''
  return [what, percent, count, left].filter((part) => part !== '').join('  ')
}
