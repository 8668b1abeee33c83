import process from 'node:process'
import { channel, defineConfig, operation, RetryableError, TerminalError } from 'buzzer'
import type { Charge, Order, PaymentNews } from './order.ts'

const bankUrl = process.env.BANK_URL ?? 'http://127.0.0.1:4100'
/** Where the shop and the warehouse are: private addresses, which have to be named. */
const receivers = process.env.RECEIVERS ?? '127.0.0.1:4200 127.0.0.1:4300'

export default defineConfig({
  channels: {
    'payments.{order}': channel({ summary: 'What became of the payment of an order' }),
  },
  operations: {
    pay: operation({
      summary: 'Pays an order',
      input: {
        type: 'object',
        required: ['order', 'card', 'cents'],
        properties: {
          order: { type: 'string', pattern: '^[a-z0-9-]{1,40}$' },
          card: { type: 'string', pattern: '^[0-9]{16}$' },
          cents: { type: 'integer', minimum: 1 },
        },
        additionalProperties: false,
      },
      idempotency: { required: true },
      retry: { attempts: 5, delay: '200ms', maxDelay: '2s' },
      timeout: '10s',
      async run(order: Order, ctx): Promise<Charge> {
        const tell = (type: string): Promise<unknown> => {
          const data: PaymentNews = { order: order.order, cents: order.cents }
          // An attempt that is made again tells it again: with this id it is the same event.
          const event = { id: `${ctx.job.id}.${type}`, source: '/payments', type, data }
          return ctx.publish(`payments.${order.order}`, event)
        }
        const response = await askBank(order, ctx.job.id, ctx.signal)
        if (response.status === 402) {
          await tell('payment.declined')
          throw new TerminalError('The bank has declined the card.', {
            problem: { code: 'card-declined', status: 402, title: 'The card was declined' },
          })
        }
        if (!response.ok) throw new RetryableError('The bank is busy.')
        const charge = (await response.json()) as Charge
        await tell('payment.made')
        return charge
      },
    }),
  },
  outbound: { allow: receivers.split(' ') },
  store: 'sqlite:./data',
})

/** The job's id is the bank's key: the same at every attempt, so that it charges once. */
async function askBank(
  { order, card, cents }: Order,
  key: string,
  signal: AbortSignal,
): Promise<Response> {
  try {
    return await fetch(`${bankUrl}/charges`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify({ account: order, card, cents }),
      signal,
    })
  } catch (cause) {
    throw new RetryableError('The line to the bank broke.', { cause })
  }
}
