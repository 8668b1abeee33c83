import { channel, defineConfig, operation } from 'buzzer'

export default defineConfig({
  channels: { any: channel() },
  operations: { add: operation({ run: (n: number) => n + 1 }) },
  log: { level: 'debug' },
})
