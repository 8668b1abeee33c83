import type { Connection, Reading } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import type { Quote } from '../market.ts'

export interface SlowReader {
  /** Begins with a share, at the beginning of its history. */
  begin(symbol: string): void
  /** How far the others are. */
  showHead(offset: number): void
}

const breathMs = 50

/**
 * A reader that takes a few events at a time and asks for more when it has the time. It counts what
 * it has missed and what came twice: both stay 0, as long as it is not overtaken by the end of the
 * history.
 */
export function createSlowReader(
  connection: Connection,
  onRead: (offset: number) => void,
): SlowReader {
  const speedField = find('#speed', HTMLInputElement)
  let reading: Reading | null = null
  /** How many events it has asked for that have not come yet. */
  let asked = 0
  /** How many it has the time for. */
  let time = 0
  let head = 0
  let at = 0
  /** What lies before the history, which nobody can read any more. */
  let start = 0
  let counts = { read: 0, lost: 0, repeated: 0 }

  const show = (): void => {
    // Before it has read anything, all that is kept lies before it.
    const behind = Math.max(0, head - Math.max(at, start))
    find('#slow-read').textContent = String(counts.read)
    find('#slow-behind').textContent = String(behind)
    find('#slow-lost').textContent = String(counts.lost)
    find('#slow-repeated').textContent = String(counts.repeated)
    find('#slow-progress', HTMLProgressElement).value =
      counts.read === 0 ? 0 : counts.read / (counts.read + behind)
    const speed = Number(speedField.value)
    const state = behind <= 2 ? 'Has caught up' : speed === 0 ? 'Waits' : 'Reads on'
    const element = find('#slow-state')
    if (element.textContent !== state) element.textContent = state
  }
  setInterval(() => {
    const speed = Number(speedField.value)
    time = Math.min(speed, time + (speed * breathMs) / 1_000)
    const count = Math.floor(time)
    if (asked > 0 || count === 0) return
    time -= count
    asked = count
    reading?.more(count)
  }, breathMs)
  const showSpeed = (): void => {
    const speed = Number(speedField.value)
    find('#speed-value').textContent = speed === 0 ? 'stands still' : `${speed} a second`
    show()
  }
  speedField.addEventListener('input', showSpeed)
  showSpeed()
  return {
    begin(symbol) {
      reading?.stop()
      ;[at, head, start, asked, time] = [0, 0, 0, 0, 0]
      counts = { read: 0, lost: 0, repeated: 0 }
      let isFirst = true
      reading = connection.read<Quote>(`quotes.${symbol}`, {
        since: 0,
        credit: 0,
        onEvent({ sequence }) {
          const offset = Number(sequence)
          counts.read += 1
          // The history may begin anywhere; after that, each follows the one before it.
          if (!isFirst && offset > at + 1) counts.lost += offset - at - 1
          if (offset <= at) counts.repeated += 1
          ;[at, isFirst] = [offset, false]
          asked -= 1
          onRead(offset)
          show()
        },
      })
    },
    showHead(offset) {
      if (head === 0) start = offset - 1
      head = offset
      show()
    },
  }
}
