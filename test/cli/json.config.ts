import { channel, defineConfig, operation, TerminalError } from 'buzzer'

const rest = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true })
  })

export default defineConfig({
  operations: {
    works: operation({ run: () => ({ pages: 10 }) }),
    fails: operation({
      run() {
        throw new TerminalError('never')
      },
    }),
    nightly: operation({ schedule: '0 3 * * *', run: () => null }),
    lasts: operation({ run: (_, { signal }) => rest(signal) }),
  },
  channels: { news: channel(), quiet: channel() },
  // Where the receiver of webhooks is.
  outbound: { allow: ['127.0.0.1'] },
  log: { level: 'warn' },
})
