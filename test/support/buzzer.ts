import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../packages/server/bin/buzzer.js', import.meta.url))

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface RunOptions {
  readonly cwd?: string
  /** Added to this process's environment, which is passed on without its own `BUZZER_` variables. */
  readonly env?: NodeJS.ProcessEnv
}

const timeoutMs = 60_000

/** Runs `buzzer` with these arguments to its end. */
export function runBuzzer(args: readonly string[], options: RunOptions = {}): Promise<Ran> {
  const own = Object.entries(process.env).filter(([name]) => !name.startsWith('BUZZER_'))
  const env = { ...Object.fromEntries(own), ...options.env }
  const given = { env, timeout: timeoutMs, maxBuffer: 16_000_000, cwd: options.cwd }
  return new Promise((resolve) => {
    execFile(process.execPath, [program, ...args], given, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code ?? -1), stdout, stderr })
    })
  })
}
