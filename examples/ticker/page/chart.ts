import type { Connection, Reading } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import type { Quote } from '../market.ts'
import { oncePerFrame, pathThrough, scaleOf, svg, type Scale } from './draw.ts'
import { formatPrice } from './format.ts'

export interface Chart {
  show(symbol: string): void
  /** Shows how far the slow reader is. */
  mark(offset: number): void
}

interface Point {
  readonly offset: number
  readonly price: number
}

/** As many as the channel keeps. */
const shown = 1_000
const labelWidth = 64
const gridLines = 4

/** The chart of one share: all of its history, and then what comes. */
export function createChart(connection: Connection, onHead: (offset: number) => void): Chart {
  const canvas = find('#chart', SVGSVGElement)
  let points: Point[] = []
  let slowOffset = 0
  let reading: Reading | null = null

  const draw = oncePerFrame(() => {
    const last = points.at(-1)
    if (last === undefined) return canvas.replaceChildren()
    find('#chart-price').textContent = formatPrice(last.price)
    find('#chart-count').textContent =
      points.length < shown ? `${points.length} quotes` : `last ${shown.toLocaleString('en')}`
    const [first] = points
    canvas.classList.toggle('down', first !== undefined && last.price < first.price)
    drawInto(canvas, points, slowOffset)
  })
  new ResizeObserver(draw).observe(canvas)
  return {
    show(symbol) {
      reading?.stop()
      points = []
      find('#chart-title').textContent = symbol
      for (const value of ['#chart-price', '#chart-count']) find(value).textContent = ''
      // From 0 on: what is kept of the past, and then, in the same order, whatever comes.
      reading = connection.read<Quote>(`quotes.${symbol}`, {
        since: 0,
        onEvent({ sequence, data: { price } }) {
          const offset = Number(sequence)
          points.push({ offset, price })
          if (points.length > shown) points.shift()
          onHead(offset)
          draw()
        },
      })
    },
    mark(offset) {
      slowOffset = offset
      draw()
    },
  }
}

function drawInto(canvas: SVGSVGElement, points: readonly Point[], slowOffset: number): void {
  const { clientWidth, clientHeight: height } = canvas
  const width = clientWidth - labelWidth
  const area = { width, height, pad: 16 }
  const prices = points.map(({ price }) => price)
  const scale = scaleOf(prices, area)
  const path = pathThrough(prices, area)
  const lastIndex = points.length - 1
  canvas.setAttribute('viewBox', `0 0 ${clientWidth} ${height}`)
  canvas.replaceChildren(
    ...grid(scale, width),
    svg('path', { class: 'area', d: `${path}L${width} ${height}L0 ${height}Z` }),
    svg('path', { class: 'line', d: path }),
    ...slowMark(points, scale, { slowOffset, height }),
    svg('circle', { class: 'last', cx: width, cy: scale.y(prices[lastIndex] ?? 0), r: 4 }),
  )
}

function grid({ low, high, y }: Scale, width: number): readonly SVGElement[] {
  return Array.from({ length: gridLines }, (_, index) => {
    const value = low + ((high - low) * index) / (gridLines - 1)
    return [
      svg('line', { class: 'grid', x1: 0, x2: width, y1: y(value), y2: y(value) }),
      svg('text', { x: width + 10, y: y(value) + 4 }, formatPrice(value)),
    ]
  }).flat()
}

/** Where the slow reader is, until it has come so far that it cannot be told from the end. */
function slowMark(
  points: readonly Point[],
  { x, y }: Scale,
  { slowOffset, height }: { readonly slowOffset: number; readonly height: number },
): readonly SVGElement[] {
  const index = points.findIndex(({ offset }) => offset >= slowOffset)
  const point = points[index]
  if (point === undefined || slowOffset === 0) return []
  const at = x(index)
  return [
    svg('line', { class: 'slow', x1: at, x2: at, y1: 0, y2: height }),
    svg('circle', { class: 'slow', cx: at, cy: y(point.price), r: 5 }),
  ]
}
