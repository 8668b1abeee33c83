/** What one share costs at a moment; the data of an event on `quotes.{symbol}`. */
export interface Quote {
  readonly price: number
  /** How many shares have changed hands. */
  readonly volume: number
}

/** A random walk: each step is a little up or down, in proportion to the price. */
export function nextQuote(price: number, restlessness: number, random: () => number): Quote {
  // The sum of several is near enough to a normal distribution.
  const step = (random() + random() + random() + random() - 2) * restlessness * 1.7
  return {
    price: Math.max(0.01, Math.round(price * (1 + step) * 100) / 100),
    volume: 1 + Math.floor(random() ** 3 * 900),
  }
}
