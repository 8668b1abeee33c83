import process from 'node:process'
import { defineConfig, operation, RetryableError, TerminalError } from 'buzzer'
import type { Charge, Payment } from './payment.ts'

const bankUrl = process.env.BANK_URL ?? 'http://127.0.0.1:4100'

export default defineConfig({
  operations: {
    charge: operation({
      summary: 'Charges a card',
      input: {
        type: 'object',
        required: ['account', 'card', 'cents'],
        properties: {
          account: { type: 'string', minLength: 1 },
          card: { type: 'string', pattern: '^[0-9]{16}$' },
          cents: { type: 'integer', minimum: 1 },
        },
        additionalProperties: false,
      },
      // Nobody pays without a key: a call that has none is refused before anything happens.
      idempotency: { required: true, window: '24h' },
      retry: { attempts: 5, delay: '200ms', maxDelay: '2s' },
      timeout: '10s',
      async run(payment: Payment, ctx): Promise<Charge> {
        const response = await askBank(payment, ctx.job.id, ctx.signal)
        if (response.ok) return (await response.json()) as Charge
        if (response.status === 402) {
          // Asking again does not put money on an account.
          throw new TerminalError('The bank has declined the card.', {
            problem: { code: 'card-declined', status: 402, title: 'The card was declined' },
          })
        }
        const seconds = Number(response.headers.get('retry-after') ?? 0)
        throw new RetryableError('The bank is busy.', { retryAfter: seconds * 1_000 })
      },
    }),
  },
  store: 'sqlite:./data',
})

/** The job's id is the bank's key: the same at every attempt, and no other job has it. */
async function askBank(payment: Payment, key: string, signal: AbortSignal): Promise<Response> {
  try {
    return await fetch(`${bankUrl}/charges`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(payment),
      signal,
    })
  } catch (cause) {
    // Whether it has charged is not known. With the same key it is safe to ask again.
    throw new RetryableError('The line to the bank broke.', { cause })
  }
}
