import { channel, defineConfig, operation } from 'buzzer'

export default defineConfig({
  operations: {
    noop: operation({
      input: {
        type: 'object',
        required: ['customer', 'tour', 'travellers', 'departure'],
        properties: {
          customer: { type: 'string' },
          tour: { type: 'string' },
          travellers: { type: 'integer', minimum: 1, maximum: 12 },
          departure: { type: 'string' },
          note: { type: 'string' },
        },
      },
      run: () => ({ ok: true }),
    }),
  },
  channels: {
    'quotes.{symbol}': channel({
      data: {
        type: 'object',
        required: ['price'],
        properties: { price: { type: 'number' }, venue: { type: 'string' } },
      },
    }),
    'live.{symbol}': channel({ ephemeral: true }),
  },
  store: 'sqlite:./data',
  bus: 'memory',
  auth: 'none',
  // The receivers of webhooks are on this machine.
  outbound: { allow: ['127.0.0.1'] },
  // The peers write no line for each job either.
  log: { level: 'warn' },
})
