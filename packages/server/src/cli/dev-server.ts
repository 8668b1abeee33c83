import { exitCodes } from './command-error.ts'
import { startServer, type ServerProcess } from './server-process.ts'
import { paint, writeLine, type Terminal } from './terminal.ts'

/** The server that `buzzer dev` starts again and again, on the same port. */
export interface DevServer {
  isRunning(): boolean
  /** Somebody asked this process to stop. */
  isStopping(): boolean
  /**
   * Stops the one that runs, if any, and starts another; resolves when that listens or has ended.
   *
   * @param shutdown how long the other one may take to stop, once it has to
   */
  restart(shutdown: string): Promise<void>
  /** Resolves with the exit code, when it has stopped. */
  readonly stopped: Promise<number>
}

/** @param args for `buzzer start` */
export function createDevServer(args: readonly string[], terminal: Terminal): DevServer {
  const stopped = Promise.withResolvers<number>()
  let running: ServerProcess | null = null
  let port: string | null = null
  let isStopping = false

  const restart = async (shutdown: string): Promise<void> => {
    await stopRunning()
    if (isStopping) return
    // The last one wins, so that a port that was chosen freely is kept.
    const samePort = port === null ? [] : ['--port', port]
    const server = startServer([...args, ...samePort], {
      ...terminal,
      env: { ...terminal.env, BUZZER_SHUTDOWN: shutdown },
    })
    running = server
    void server.exitCode.then(() => {
      if (running === server) onEnd()
    })
    port = (await server.port) ?? port
  }
  const stopRunning = async (): Promise<void> => {
    const server = running
    running = null
    server?.stop('SIGTERM')
    await server?.exitCode
  }
  const onEnd = (): void => {
    running = null
    if (isStopping) stopped.resolve(exitCodes.done)
    else writeLine(terminal.stderr, paint(terminal.stderr, 'dim', '  Waiting for a change.'))
  }
  const onSignal = (signal: NodeJS.Signals): void => {
    isStopping = true
    if (running === null) stopped.resolve(exitCodes.done)
    else running.stop(signal)
  }
  process.on('SIGINT', onSignal)
  process.on('SIGTERM', onSignal)
  return {
    isRunning: () => running !== null,
    isStopping: () => isStopping,
    restart,
    stopped: stopped.promise,
  }
}
