import { channel, defineConfig } from 'buzzer'

export default defineConfig({
  channels: { ticks: channel({ history: { count: 100_000 } }) },
  log: { level: 'info' },
})
