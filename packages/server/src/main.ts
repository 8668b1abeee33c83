import { createApp } from './app.ts'
import type { Config } from './config/config.ts'

export interface ServeOptions {
  readonly config: Config
  /** Called once requests are accepted. */
  onListening(url: string): void
  /** Called when the server begins to stop. */
  onStopping(signal: string): void
  /**
   * Something failed that nobody handled; the server goes on, because one handler's stray timer must
   * not end the jobs of all the others, and again after each start.
   *
   * @param running the operations that ran by then
   */
  onFault(error: unknown, running: readonly string[]): void
}

/**
 * The process of a server: builds the app, serves until a signal comes, and stops in order.
 *
 * @returns the exit code: 0 where everything was stopped within the deadline
 * @throws Error where it could not be started, as with a port that is taken
 */
export async function serve(options: ServeOptions): Promise<number> {
  const { config } = options
  // From the first moment on, so that a signal while it starts is not lost.
  using stop = watchSignals()
  let running = (): readonly string[] => []
  const onFault = (error: unknown): void => options.onFault(error, running())
  process.on('unhandledRejection', onFault)
  const app = await createApp(config)
  running = app.running
  const stopped = (): Promise<number> => inTime(app.stop(), config.shutdownMs + graceMs)
  try {
    const { url } = await app.listen()
    process.on('uncaughtException', onFault)
    options.onListening(url)
    options.onStopping(await stop.asked)
  } catch (error) {
    await stopped()
    throw error
  }
  return await stopped()
}

/** The app keeps the deadline by itself; this is for the case that it cannot. */
const graceMs = 1_000

async function inTime(stopped: Promise<void>, timeoutMs: number): Promise<number> {
  const late = Promise.withResolvers<number>()
  const timer = setTimeout(() => late.resolve(1), timeoutMs)
  try {
    return await Promise.race([stopped.then(() => 0), late.promise])
  } finally {
    clearTimeout(timer)
  }
}

const signalNumbers = { SIGINT: 2, SIGTERM: 15 } as const
type StopSignal = keyof typeof signalNumbers

interface SignalWatch extends Disposable {
  /** Resolves with what asked the process to stop. */
  readonly asked: Promise<string>
}

/** One press of Ctrl-C can arrive twice: from the terminal, and passed on by npm. */
const samePressMs = 50

/** A second signal ends the process at once. */
function watchSignals(): SignalWatch {
  const { promise, resolve } = Promise.withResolvers<string>()
  let askedAt: number | null = null
  const onSignal = (signal: StopSignal): void => {
    if (askedAt === null) askedAt = performance.now()
    else if (performance.now() - askedAt > samePressMs) process.exit(128 + signalNumbers[signal])
    resolve(signal)
  }
  // A parent that started us with a channel is gone when it breaks, even if it was killed.
  const onDisconnect = (): void => resolve('disconnect')
  const names = Object.keys(signalNumbers) as StopSignal[]
  for (const name of names) process.on(name, onSignal)
  if (process.channel !== undefined) process.once('disconnect', onDisconnect)
  return {
    asked: promise,
    [Symbol.dispose]() {
      for (const name of names) process.off(name, onSignal)
      process.off('disconnect', onDisconnect)
    },
  }
}
