import { channel, defineConfig } from 'buzzer'

export default defineConfig({
  channels: {
    'orders': channel({ history: { count: 100_000 } }),
    'live.{name}': channel({ ephemeral: true }),
  },
  log: { level: 'error' },
})
