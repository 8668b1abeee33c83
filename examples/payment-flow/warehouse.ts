import type { PaymentNews } from './order.ts'
import { openReceiver, type Receiver } from './receiver.ts'

export interface Warehouse extends Receiver {
  /** Orders that were packed, in the order in which they were. */
  readonly packed: readonly string[]
  /** Goods that went back on their shelf. */
  readonly putBack: readonly string[]
  /** Takes what is signed with this secret. */
  trust(secret: string): void
  open(): void
}

/** A warehouse that hears of every payment. It is closed at first, and then answers 503. */
export async function openWarehouse(): Promise<Warehouse> {
  const packed: string[] = []
  const putBack: string[] = []
  let secret: string | null = null
  let isOpen = false
  const receiver = await openReceiver<PaymentNews>({
    secret: () => secret,
    isOpen: () => isOpen,
    take({ type, data }) {
      if (type === 'payment.made') packed.push(data.order)
      if (type === 'payment.declined') putBack.push(data.order)
    },
  })
  return {
    ...receiver,
    packed,
    putBack,
    trust: (given) => void (secret = given),
    open: () => void (isOpen = true),
  }
}
