/** One of the shares of this market, all of them made up. */
export interface Share {
  readonly symbol: string
  /** What it costs when the market opens. */
  readonly price: number
  /** How far it moves at once, as a part of its price. */
  readonly restlessness: number
}

export const symbols: readonly Share[] = [
  { symbol: 'HARB', price: 128.4, restlessness: 0.0016 },
  { symbol: 'PIER', price: 42.15, restlessness: 0.0028 },
  { symbol: 'TUGS', price: 305.2, restlessness: 0.0012 },
  { symbol: 'FOGG', price: 17.83, restlessness: 0.0045 },
  { symbol: 'CRNE', price: 88.6, restlessness: 0.002 },
  { symbol: 'TMBR', price: 64.05, restlessness: 0.0024 },
  { symbol: 'FRUT', price: 23.7, restlessness: 0.0034 },
  { symbol: 'BUOY', price: 211.9, restlessness: 0.0014 },
]
