import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { isRecord } from '../config/check-keys.ts'
import type { ConfigView } from '../config/view.ts'
import type { Terminal } from './terminal.ts'

/** A `buzzer start` in a process of its own, so that it loads everything afresh. */
export interface ServerProcess {
  /** The port that it got; null where it ended before it listened. */
  readonly port: Promise<string | null>
  readonly exitCode: Promise<number>
  stop(signal: NodeJS.Signals): void
}

export function startServer(args: readonly string[], terminal: Terminal): ServerProcess {
  const child = spawn(process.execPath, [terminal.program, 'start', ...args], {
    cwd: terminal.cwd,
    env: terminal.env,
    // By the channel it notices when we are gone, even if we were killed.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  })
  const exitCode = once(child, 'exit').then(([code]) => (code as number | null) ?? 1)
  return {
    port: Promise.race([portOf(child), exitCode.then(() => null)]),
    exitCode,
    stop: (signal) => void child.kill(signal),
  }
}

/** Told by the channel, so that it can write to the terminal itself, one line after the other. */
function portOf(child: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  child.on('message', (message: unknown) => {
    const url = isRecord(message) ? message['listening'] : null
    const [, port] = typeof url === 'string' ? (/:(\d+)$/.exec(url) ?? []) : []
    if (port !== undefined) resolve(port)
  })
  return promise
}

export type Check =
  | { readonly kind: 'good'; readonly view: ConfigView }
  | { readonly kind: 'bad'; readonly error: ShownError }

/** An error as `--json` writes it. */
export interface ShownError {
  readonly message: string
  readonly details: readonly string[]
  readonly fix: string | null
}

/** What loads no sooner is stuck, even if it keeps its thread so busy that it cannot say so. */
const checkTimeoutMs = 40_000

/** Loads the configuration in a process of its own, to see whether it can be used. */
export async function checkConfig(args: readonly string[], terminal: Terminal): Promise<Check> {
  const child = spawn(process.execPath, [terminal.program, 'config', 'view', ...args, '--json'], {
    cwd: terminal.cwd,
    env: terminal.env,
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: checkTimeoutMs,
    killSignal: 'SIGKILL',
  })
  const ended = once(child, 'exit') as Promise<[number | null]>
  const [out, message, [code]] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  if (code === null) return { kind: 'bad', error: stuck }
  if (code !== 0) return { kind: 'bad', error: readError(message) }
  return { kind: 'good', view: JSON.parse(out) as ConfigView }
}

const stuck: ShownError = {
  message: 'The configuration never finishes loading.',
  details: ['Something in it keeps its thread busy without end, such as a loop.'],
  fix: 'move the work into run()',
}

/** The error is the last line; what stands before it, the configuration has printed. */
function readError(written: string): ShownError {
  const line = written.trim().split('\n').at(-1) ?? ''
  try {
    return (JSON.parse(line) as { readonly error: ShownError }).error
  } catch {
    return { message: written.trim(), details: [], fix: null }
  }
}
