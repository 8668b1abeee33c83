import { randomBytes } from 'node:crypto'
import type { ChannelsOf, Client, JobDocument, OperationsOf } from '@buzzer/client'
import type config from './buzzer.config.ts'
import type { Charge, Order } from './order.ts'
import { openReceiver, type Receiver } from './receiver.ts'

export type PaymentClient = Client<OperationsOf<typeof config>, ChannelsOf<typeof config>>

export type OrderState = 'waiting for its payment' | 'paid' | 'declined' | 'to be looked at'

export interface Shop extends Receiver {
  readonly orders: ReadonlyMap<string, OrderState>
  /** Asks for the payment and goes on to the next customer. @returns the job that pays */
  sell(client: PaymentClient, order: Order): Promise<string>
}

type Outcome = Pick<JobDocument, 'state' | 'tags' | 'error'> & { readonly result?: Charge }

/** A shop that is called when a payment has come to its end. */
export async function openShop(): Promise<Shop> {
  // The shop's own: it goes along with each payment, and whoever does not know it cannot call.
  const secret = `whsec_${randomBytes(32).toString('base64')}`
  const orders = new Map<string, OrderState>()
  const receiver = await openReceiver<Outcome>({
    secret: () => secret,
    isOpen: () => true,
    take({ data }) {
      // The body is signed, the path is not: what it is about has to stand in the body.
      const [order = ''] = data.tags
      if (orders.get(order) === 'waiting for its payment') orders.set(order, stateAfter(data))
    },
  })
  return {
    ...receiver,
    orders,
    async sell(client, order) {
      orders.set(order.order, 'waiting for its payment')
      const job = await client.submit('pay', order, {
        idempotencyKey: order.order,
        tags: [order.order],
        callback: { url: `${receiver.url}/payments`, secret },
      })
      return job.id
    },
  }
}

function stateAfter({ state, error }: Outcome): OrderState {
  if (state === 'succeeded') return 'paid'
  return error?.code === 'card-declined' ? 'declined' : 'to be looked at'
}
