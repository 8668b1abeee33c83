import { spawn } from 'node:child_process'
import { join } from 'node:path'

/** How a command ended; `code` is null where it had to be stopped. */
export interface Ended {
  readonly code: number | null
  readonly output: string
  readonly tookMs: number
}

const root = join(import.meta.dirname, '../..')

/**
 * Runs a script of package.json and keeps what it says.
 *
 * @param timeoutMs when to stop waiting, so that a step that hangs is a failure and no riddle
 */
export async function runScript(
  script: string,
  args: readonly string[],
  timeoutMs: number,
): Promise<Ended> {
  const startedMs = performance.now()
  const child = spawn(process.execPath, ['--run', script, '--', ...args], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'pipe'],
    // What was compiled once is not compiled again by the many threads and servers of the tests.
    env: { ...process.env, NODE_COMPILE_CACHE: join(root, 'node_modules/.cache/node-compile') },
    // Its own group, so that stopping it stops all that it started.
    detached: true,
  })
  const said: Buffer[] = []
  child.stdout.on('data', (chunk: Buffer) => said.push(chunk))
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk))

  const stop = (): void => stopGroup(child.pid)
  const timer = setTimeout(stop, timeoutMs)
  process.once('exit', stop)
  // What it leaves behind would hold its output open, and this wait with it.
  child.once('exit', stop)
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', resolve)
  })
  clearTimeout(timer)
  process.off('exit', stop)
  return {
    code,
    output: Buffer.concat(said).toString(),
    tookMs: performance.now() - startedMs,
  }
}

function stopGroup(pid: number | undefined): void {
  if (pid === undefined) return
  try {
    process.kill(-pid, 'SIGKILL')
  } catch {
    // It has ended already.
  }
}
