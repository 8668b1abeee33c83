import process from 'node:process'
import { setTimeout as sleep } from 'node:timers/promises'
import { seededRandom } from '../seeded-random.ts'
import { nextQuote, type Quote } from './market.ts'
import { symbols, type Share } from './page/symbols.ts'

// Publishes what the shares cost, each some times a second. `SEED` gives another market.

const buzzerUrl = process.env['BUZZER_URL'] ?? 'http://127.0.0.1:2899'
const tickMs = Number(process.env['TICK_MS'] ?? 250)
const seed = Number(process.env['SEED'] ?? 7)
/** What has happened before this program began, so that the first reader has something to see. */
const pastQuotes = 400

interface QuoteEvent {
  readonly specversion: '1.0'
  readonly id: string
  readonly source: string
  readonly type: 'quote'
  readonly time: string
  readonly data: Quote
}

const eventOf = (symbol: string, quote: Quote, timeMs: number): QuoteEvent => ({
  specversion: '1.0',
  id: crypto.randomUUID(),
  source: `/exchange/${symbol}`,
  type: 'quote',
  time: new Date(timeMs).toISOString(),
  data: quote,
})

const addressOf = (symbol: string): string => `${buzzerUrl}/v1/channels/quotes.${symbol}/events`

/** As the id and source of each event are ours, sending them again does not double them. */
async function publish(symbol: string, events: readonly QuoteEvent[]): Promise<void> {
  const response = await fetch(addressOf(symbol), {
    method: 'POST',
    headers: { 'content-type': 'application/cloudevents-batch+json' },
    body: JSON.stringify(events),
  })
  if (!response.ok) throw new Error(`Buzzer answered ${response.status}: ${await response.text()}`)
}

/** Goes on until it is told to stop; where Buzzer is away, it tries again. */
async function publishSafely(symbol: string, events: readonly QuoteEvent[]): Promise<void> {
  for (;;) {
    try {
      return await publish(symbol, events)
    } catch (error) {
      process.stderr.write(`${String(error)}\n`)
      await sleep(1_000)
    }
  }
}

/** What a share has cost last, where this market has been open before. */
async function lastPrice(symbol: string): Promise<number | null> {
  const read = async (query: string): Promise<EventPage> => {
    const response = await fetch(addressOf(symbol) + query, {
      headers: { accept: 'application/json' },
    })
    return (await response.json()) as EventPage
  }
  // Without a cursor nothing is read, and `next` is where the channel is now.
  const head = Number((await read('')).next)
  if (head === 0) return null
  const { events } = await read(`?since=${head - 1}`)
  return events[0]?.data.price ?? null
}

interface EventPage {
  readonly events: readonly QuoteEvent[]
  readonly next: string
}

async function trade({ symbol, price, restlessness }: Share, index: number): Promise<never> {
  const random = seededRandom(seed * 1_000 + index)
  const last = await lastPrice(symbol)
  let now = last ?? price
  const step = (timeMs: number): QuoteEvent => {
    const quote = nextQuote(now, restlessness, random)
    now = quote.price
    return eventOf(symbol, quote, timeMs)
  }
  if (last === null) {
    const startedAt = Date.now()
    const past = Array.from({ length: pastQuotes }, (_, each) =>
      step(startedAt - (pastQuotes - each) * tickMs),
    )
    await publishSafely(symbol, past)
  }
  for (;;) {
    // Not all shares move at the same moment.
    await sleep(tickMs * (0.4 + 1.2 * random()))
    await publishSafely(symbol, [step(Date.now())])
  }
}

process.stdout.write(`The exchange publishes to ${buzzerUrl}\n`)
process.once('SIGTERM', () => process.exit())
process.once('disconnect', () => process.exit())
await Promise.all(symbols.map(trade))
