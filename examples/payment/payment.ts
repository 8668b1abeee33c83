/** What the shop asks for: an amount from a card, in the name of an account. */
export interface Payment {
  readonly account: string
  readonly card: string
  readonly cents: number
}

/** What the bank has done. */
export interface Charge {
  readonly charge: string
  readonly account: string
  readonly cents: number
}

/** Cards that make the bank behave in a way of their own, by their last four digits. */
export const cards = {
  good: '4242424242424242',
  declined: '4000000000000002',
  /** The bank is busy when it first sees a payment of this card. */
  busy: '4000000000000119',
  /** The bank charges this card, and its line breaks before it has said so. */
  unlucky: '4000000000000341',
} as const
