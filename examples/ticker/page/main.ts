import { connect } from '../../browser/connection.ts'
import { find } from '../../browser/find.ts'
import { showState } from '../../browser/show-state.ts'
import { createBoard } from './board.ts'
import { createChart } from './chart.ts'
import { createSlowReader } from './slow-reader.ts'
import { symbols } from './symbols.ts'

// One socket carries it all: a subscription for each row of the board, one for the chart that
// begins with the whole history, and one for the slow reader.

const connection = connect(showState)
const chart = createChart(connection, (offset) => slowReader.showHead(offset))
const slowReader = createSlowReader(connection, chart.mark)

let arrived = 0
let countedFrom = performance.now()
const board = createBoard(connection, symbols, {
  onQuote: () => void (arrived += 1),
  onSelect: select,
})
setInterval(() => {
  // A page in the background is called more rarely than it asks for.
  const seconds = (performance.now() - countedFrom) / 1_000
  find('#rate').textContent = `${Math.round(arrived / seconds)} quotes a second`
  arrived = 0
  countedFrom += seconds * 1_000
}, 1_000)

/** The chosen share stands in the address, so that a reload shows it again. */
function select(symbol: string): void {
  history.replaceState(null, '', `#${symbol}`)
  board.mark(symbol)
  chart.show(symbol)
  slowReader.begin(symbol)
}

const wanted = location.hash.slice(1)
select(symbols.some(({ symbol }) => symbol === wanted) ? wanted : (symbols[0]?.symbol ?? ''))
