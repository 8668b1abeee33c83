import { askHead } from '../../browser/ask.ts'
import type { Connection } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import type { Quote } from '../market.ts'
import { formatChange, formatPrice } from './format.ts'
import { oncePerFrame, pathThrough, svg } from './draw.ts'
import type { Share } from './symbols.ts'

export interface BoardOptions {
  onQuote(): void
  onSelect(symbol: string): void
}

export interface Board {
  /** Shows which share is chosen. */
  mark(symbol: string): void
}

/** How many quotes of the past a row shows. */
const shown = 80
const sparkWidth = 120
const sparkHeight = 32

/** A table with a row for each share. */
export function createBoard(
  connection: Connection,
  shares: readonly Share[],
  options: BoardOptions,
): Board {
  const rows = new Map(shares.map(({ symbol }) => [symbol, createRow(connection, symbol, options)]))
  find('#board tbody').replaceChildren(...[...rows.values()].map(({ element }) => element))
  return {
    mark(chosen) {
      for (const [symbol, { button, element }] of rows) {
        button.setAttribute('aria-pressed', String(symbol === chosen))
        element.classList.toggle('chosen', symbol === chosen)
      }
    },
  }
}

interface Row {
  readonly element: HTMLTableRowElement
  readonly button: HTMLButtonElement
}

function createRow(
  connection: Connection,
  symbol: string,
  { onQuote, onSelect }: BoardOptions,
): Row {
  const element = document.createElement('tr')
  const [name, price, change, spark] = ['th', 'td', 'td', 'td'].map((tag) =>
    element.appendChild(document.createElement(tag)),
  ) as [HTMLElement, HTMLElement, HTMLElement, HTMLElement]
  const button = document.createElement('button')
  button.textContent = symbol
  name.setAttribute('scope', 'row')
  name.append(button)
  element.dataset['symbol'] = symbol
  element.addEventListener('click', () => onSelect(symbol))
  const drawing = svg('svg', {
    'viewBox': `0 0 ${sparkWidth} ${sparkHeight}`,
    'aria-hidden': 'true',
  })
  const line = drawing.appendChild(svg('path', { class: 'line' }))
  spark.append(drawing)

  const prices: number[] = []
  let drawn: number | null = null
  const draw = oncePerFrame(() => {
    const last = prices.at(-1) ?? 0
    const rise = last / (prices[0] ?? last) - 1
    price.textContent = formatPrice(last)
    change.textContent = formatChange(rise)
    element.classList.toggle('down', rise < 0)
    line.setAttribute('d', pathThrough(prices, { width: sparkWidth, height: sparkHeight, pad: 2 }))
    if (drawn !== null && drawn !== last) flash(price, last > drawn)
    drawn = last
  })
  void askHead(`quotes.${symbol}`).then((head) =>
    connection.read<Quote>(`quotes.${symbol}`, {
      since: Math.max(0, head - shown),
      onEvent({ data, sequence }) {
        prices.push(data.price)
        if (prices.length > shown) prices.shift()
        element.dataset['sequence'] = sequence
        // What was before this page is no news.
        if (Number(sequence) > head) onQuote()
        draw()
      },
    }),
  )
  return { element, button }
}

const isCalm = matchMedia('(prefers-reduced-motion: reduce)')

/** Lights up for a moment in the colour of the direction. */
function flash(cell: HTMLElement, isUp: boolean): void {
  if (isCalm.matches) return
  const color = getComputedStyle(cell).getPropertyValue(isUp ? '--up-flash' : '--down-flash')
  cell.animate([{ background: color }, { background: 'transparent' }], 600)
}
