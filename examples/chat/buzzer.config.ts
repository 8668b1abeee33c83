import { channel, defineConfig } from 'buzzer'

const name = { type: 'string', minLength: 1, maxLength: 40 }

export default defineConfig({
  channels: {
    'chat.{room}': channel({
      summary: 'What is said in a room',
      data: {
        type: 'object',
        required: ['name', 'text'],
        properties: { name, text: { type: 'string', minLength: 1, maxLength: 2_000 } },
        additionalProperties: false,
      },
      history: { count: 1_000, age: '30d' },
      // Who reads a room gives a name and is listed; `presence/chat.{room}` tells who comes and goes.
      presence: true,
    }),
    'typing.{room}': channel({
      summary: 'Who is writing in a room at this moment',
      data: {
        type: 'object',
        required: ['name'],
        properties: { name },
        additionalProperties: false,
      },
      // Nobody wants to know a minute later.
      ephemeral: true,
    }),
  },
  store: 'sqlite:./data',
  auth: 'none',
})
