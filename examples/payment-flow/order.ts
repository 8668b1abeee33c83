/** What a customer orders, and how it is to be paid. */
export interface Order {
  readonly order: string
  readonly card: string
  readonly cents: number
}

/** What the bank says of a payment that it has made. */
export interface Charge {
  readonly charge: string
  readonly cents: number
}

/** What the warehouse is told of every payment. */
export interface PaymentNews {
  readonly order: string
  readonly cents: number
}
