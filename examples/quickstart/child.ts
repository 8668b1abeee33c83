import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import process from 'node:process'
import { createInterface } from 'node:readline'

export interface Child {
  /** The address in the first line that the program prints, which says where it listens. */
  readonly url: Promise<string>
  /** Its exit code; 128 and more where a signal ended it. */
  readonly exitCode: Promise<number>
  kill(signal: NodeJS.Signals): void
}

/**
 * Starts a program of this repository. What it prints after its first line is passed on.
 *
 * It has a process group of its own, so that Ctrl-C reaches it once, through us, and not a second
 * time from the terminal. It also ends when this process exits.
 */
export function startChild(
  file: string,
  args: readonly string[],
  env: Readonly<Record<string, string>>,
): Child {
  const child = spawn(process.execPath, [file, ...args], {
    env: { ...process.env, ...env },
    // The channel tells the child when we are gone, even if we were killed.
    stdio: ['ignore', 'pipe', 'inherit', 'ipc'],
    detached: process.platform !== 'win32',
  })
  const killAtExit = (): void => void child.kill('SIGKILL')
  process.once('exit', killAtExit)
  child.once('exit', () => process.off('exit', killAtExit))
  const url = readUrl(child)
  // Whoever waits for its end need not wait for its address.
  url.catch(() => {})
  return { url, exitCode: readExitCode(child), kill: (signal) => void child.kill(signal) }
}

function readUrl(child: ChildProcess): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  if (child.stdout !== null) {
    let isFirst = true
    createInterface(child.stdout).on('line', (line) => {
      const [url] = /https?:\/\/\S+/.exec(line) ?? []
      if (isFirst && url !== undefined) resolve(url)
      else process.stdout.write(`${line}\n`)
      isFirst = false
    })
  }
  child.once('error', reject)
  child.once('exit', () => reject(new Error('It ended before it listened')))
  return promise
}

async function readExitCode(child: ChildProcess): Promise<number> {
  const [code, signal] = (await once(child, 'exit')) as [number | null, NodeJS.Signals | null]
  return code ?? (signal === 'SIGINT' ? 130 : 143)
}
