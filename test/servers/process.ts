import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'

export interface Program {
  readonly command: string
  readonly args: readonly string[]
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
  /** The user to run as, where it must not be root. */
  readonly uid?: number
  readonly gid?: number
  /** A line of its output that says that it is up. */
  readonly ready: RegExp
  readonly timeoutMs: number
}

export interface Started extends AsyncDisposable {
  readonly pid: number
  /** The line that matched. */
  readonly readyLine: string
}

const graceMs = 5_000
const keptLines = 20

/**
 * Starts a program and waits until it says that it is up. Disposing of it sends SIGTERM, and
 * SIGKILL where that does not help; it also ends when this process exits.
 *
 * @throws Error with the last lines of output where it ends or takes longer than `timeoutMs`
 */
export async function startProgram(program: Program): Promise<Started> {
  const { command, args, cwd, env, uid, gid } = program
  const child = spawn(command, args, {
    cwd,
    ...(env !== undefined && { env }),
    ...(uid !== undefined && { uid }),
    ...(gid !== undefined && { gid }),
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const killAtExit = (): void => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  child.once('exit', () => process.off('exit', killAtExit))
  try {
    const readyLine = await waitForLine(child, program)
    return { pid: child.pid ?? 0, readyLine, [Symbol.asyncDispose]: () => stop(child) }
  } catch (error) {
    await stop(child)
    throw error
  }
}

function waitForLine(child: ChildProcess, { command, ready, timeoutMs }: Program): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  const last: string[] = []
  const fail = (what: string, cause?: unknown): void =>
    reject(new Error(`${command} ${what}:\n${last.join('\n')}`, { cause }))
  for (const stream of [child.stdout, child.stderr]) {
    if (stream === null) continue
    // Reading goes on after that line, so that the program never blocks on a full pipe.
    createInterface(stream).on('line', (line) => {
      if (ready.test(line)) resolve(line)
      last.push(line)
      if (last.length > keptLines) last.shift()
    })
  }
  const timer = setTimeout(() => fail(`was not up within ${timeoutMs} ms`), timeoutMs)
  child.once('error', (error) => fail('cannot be started', error))
  child.once('close', (code, signal) => fail(`ended with ${signal ?? `code ${code}`}`))
  return promise.finally(() => clearTimeout(timer))
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
  const ended = once(child, 'exit')
  const timer = setTimeout(() => child.kill('SIGKILL'), graceMs)
  child.kill('SIGTERM')
  await ended
  clearTimeout(timer)
}
