import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createInterface } from 'node:readline'

const root = join(import.meta.dirname, '../../..')
const timeoutMs = 30_000

export interface ServedExample extends AsyncDisposable {
  readonly url: string
  /** Asks it to end, as Ctrl-C does, and waits until it and all that it has started is gone. */
  stop(): Promise<void>
}

/** Starts an example that serves until it is stopped, with its one command, on any free port. */
export async function startExample(
  name: string,
  env: Readonly<Record<string, string>> = {},
): Promise<ServedExample> {
  const child = spawn('npm', ['start', '-w', `examples/${name}`, '--', '--port', '0'], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'inherit'],
    // Its own group, which signals go to, as a terminal does it.
    detached: true,
  })
  const signal = (which: NodeJS.Signals): void => {
    if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return
    process.kill(-child.pid, which)
  }
  const kill = (): void => signal('SIGKILL')
  process.once('exit', kill)
  const timer = setTimeout(kill, timeoutMs)
  // What it has started shares its standard output, which is closed when all are gone.
  const ended = once(child, 'close')
  const url = await Promise.race([addressIn(child.stdout), ended.then(() => null)])
  clearTimeout(timer)
  if (url === null) throw new Error(`The example ${name} ended before it served`)
  const stop = async (): Promise<void> => {
    signal('SIGINT')
    const late = setTimeout(kill, timeoutMs)
    await ended
    clearTimeout(late)
    process.off('exit', kill)
  }
  return { url, stop, [Symbol.asyncDispose]: stop }
}

async function addressIn(output: NodeJS.ReadableStream): Promise<string | null> {
  const { promise, resolve } = Promise.withResolvers<string | null>()
  // Reading goes on after that, so that the program never blocks on a full pipe.
  createInterface(output)
    .on('line', (line) => {
      const [url] = /http:\/\/127\.0\.0\.1:\d+/.exec(line) ?? []
      if (url !== undefined) resolve(url)
    })
    .once('close', () => resolve(null))
  return promise
}
