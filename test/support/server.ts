import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'

const ownProgram = fileURLToPath(new URL('../../packages/server/bin/buzzer.js', import.meta.url))

export interface ServerOptions {
  /** The configuration's file. */
  readonly config: string | URL
  /** The data folder. */
  readonly data: string
  /** Default: any that is free. */
  readonly port?: number
  /** Added to this process's environment, which is passed on without its own `BUZZER_` variables. */
  readonly env?: NodeJS.ProcessEnv
  /** Further arguments of `buzzer start`. */
  readonly args?: readonly string[]
  /** A command that runs the server's, such as strace; it must become the server or end with it. */
  readonly under?: readonly string[]
  /** A program to run instead of this repository's `buzzer`, such as an installed one. */
  readonly program?: string
  /** A module to run instead of `buzzer start`; it gets the same arguments. */
  readonly main?: URL
  /** How long it may take to come up. Default: 20 s. */
  readonly timeoutMs?: number
  /** Kills it with SIGKILL when aborted, also while it comes up. */
  readonly signal?: AbortSignal
}

/** How a process ended: by itself with a code, or by a signal. */
export interface Exit {
  readonly code: number | null
  readonly signal: NodeJS.Signals | null
}

/** A server in a process of its own. */
export interface Server extends AsyncDisposable {
  readonly url: string
  readonly pid: number
  /** What it has written on standard error so far: its log, one JSON per line. */
  stderr(): string
  /** Resolves when the process is gone. */
  readonly exited: Promise<Exit>
  /** Sends a signal; nothing where the process is gone. */
  kill(signal: NodeJS.Signals): void
  /** Asks it to stop, with SIGTERM unless told otherwise, and waits until it is gone. */
  stop(signal?: NodeJS.Signals): Promise<Exit>
}

/** The process ended, or was too slow, before it listened. */
export class NotStarted extends Error {
  override readonly name = 'NotStarted'
  readonly exit: Exit
  readonly stderr: string

  constructor(exit: Exit, stderr: string) {
    super(`the server ended with ${exit.signal ?? `code ${exit.code}`}:\n${stderr.slice(-4_000)}`)
    this.exit = exit
    this.stderr = stderr
  }
}

const graceMs = 30_000

/**
 * Starts a real server and waits until it takes requests. Disposing of it stops it; it also ends
 * when this process exits.
 *
 * @throws NotStarted with its exit code and what it wrote
 */
export async function startServer(options: ServerOptions): Promise<Server> {
  const child = spawnServer(options)
  const stderr = collect(child)
  const exited = exitOf(child)
  const killNow = (): void => void child.kill('SIGKILL')
  process.once('exit', killNow)
  options.signal?.addEventListener('abort', killNow)
  void exited.then(() => {
    process.off('exit', killNow)
    options.signal?.removeEventListener('abort', killNow)
  })
  const timer = setTimeout(killNow, options.timeoutMs ?? 20_000)
  const url = await Promise.race([addressOf(child), exited.then(() => null)])
  clearTimeout(timer)
  if (url === null) throw new NotStarted(await exited, await stderr.complete)
  const stop = (signal: NodeJS.Signals): Promise<Exit> => stopChild(child, exited, signal)
  return {
    url,
    pid: child.pid ?? 0,
    stderr: stderr.text,
    exited,
    kill: (signal) => void child.kill(signal),
    stop: (signal = 'SIGTERM') => stop(signal),
    async [Symbol.asyncDispose]() {
      await stop('SIGTERM')
    },
  }
}

function spawnServer(options: ServerOptions): ChildProcess {
  const { config, data, port = 0, args = [], under = [], main, env = {} } = options
  const start = options.program === undefined ? [process.execPath, ownProgram] : [options.program]
  const file = typeof config === 'string' ? config : fileURLToPath(config)
  const [command = '', ...rest] = [
    ...under,
    ...(main === undefined ? [...start, 'start'] : [process.execPath, fileURLToPath(main)]),
    `--config=${file}`,
    `--data=${data}`,
    `--port=${port}`,
    '--quiet',
    ...args,
  ]
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('BUZZER_'))
  return spawn(command, rest, {
    env: { ...Object.fromEntries(own), ...env },
    // By the channel it notices when we are gone, even if we were killed.
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

function exitOf(child: ChildProcess): Promise<Exit> {
  const { promise, resolve } = Promise.withResolvers<Exit>()
  child.once('exit', (code, signal) => resolve({ code, signal }))
  // It could not even be started, so that there will be no exit.
  child.on('error', () => child.pid ?? resolve({ code: null, signal: null }))
  return promise
}

interface Collected {
  text(): string
  /** All of it, when the process has closed it. */
  readonly complete: Promise<string>
}

function collect({ stderr }: ChildProcess): Collected {
  let text = ''
  stderr?.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
  const closed = stderr === null ? Promise.resolve() : once(stderr, 'close')
  return { text: () => text, complete: closed.then(() => text) }
}

/** Reads on after that line, so that the server never blocks on a full pipe. */
function addressOf({ stdout }: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  let head = ''
  stdout?.setEncoding('utf8').on('data', (chunk: string) => {
    head = head.length > 1_000 ? head : head + chunk
    const [, url] = /^Buzzer listening on (\S+)\r?\n/m.exec(head) ?? []
    if (url !== undefined) resolve(url)
  })
  return promise
}

async function stopChild(
  child: ChildProcess,
  exited: Promise<Exit>,
  signal: NodeJS.Signals,
): Promise<Exit> {
  if (child.exitCode === null && child.signalCode === null) child.kill(signal)
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  const exit = await exited
  clearTimeout(timer)
  return exit
}
