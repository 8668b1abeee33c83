import { channel, defineConfig, operation } from 'buzzer'

export default defineConfig({
  channels: { 'orders.{line}': channel({ history: { count: 100_000 } }) },
  operations: {
    work: operation({ lease: '1s', retry: { attempts: 5, delay: '10ms' }, run: (n: number) => n }),
  },
  log: { level: 'error' },
})
