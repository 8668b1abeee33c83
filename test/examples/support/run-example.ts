import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'

const root = join(import.meta.dirname, '../../..')
const timeoutMs = 45_000

export interface ExampleRun {
  readonly code: number | null
  /** What it printed on both, as it came. */
  readonly output: string
}

/** Runs an example with its one command and waits for its end; one that does not end is killed. */
export async function runExample(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ExampleRun> {
  const child = spawn('npm', ['start', '-w', `examples/${name}`, '--', ...args], {
    cwd: root,
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    // Its own group, so that killing it takes all that it has started along.
    detached: true,
  })
  let output = ''
  const read = (chunk: Buffer): void => void (output += chunk.toString())
  child.stdout.on('data', read)
  child.stderr.on('data', read)
  const kill = (): void => {
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL')
  }
  const timer = setTimeout(kill, timeoutMs)
  process.once('exit', kill)
  const [code] = (await once(child, 'close')) as [number | null]
  process.off('exit', kill)
  clearTimeout(timer)
  return { code, output }
}
