import { channel, defineConfig } from 'buzzer'

export default defineConfig({
  channels: {
    'quotes.{symbol}': channel({
      summary: 'What one share costs, whenever that changes',
      data: {
        type: 'object',
        required: ['price', 'volume'],
        properties: {
          price: { type: 'number', exclusiveMinimum: 0 },
          volume: { type: 'integer', minimum: 1 },
        },
        additionalProperties: false,
      },
      // Who comes late reads these first.
      history: { count: 1_000 },
    }),
  },
  store: 'sqlite:./data',
  auth: 'none',
})
