import { spawn, type ChildProcess } from 'node:child_process'
import { open, mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { killAndWait } from './child.ts'

export interface RunningBuzzer extends AsyncDisposable {
  readonly port: number
  /** From spawning the process to the line that says that it listens. */
  readonly startedInMs: number
  /** What it holds of the machine's memory now. */
  memoryMb(): Promise<number>
}

const pathOf = (relative: string): string => fileURLToPath(new URL(relative, import.meta.url))

/** Which Buzzer to start: the command's script, and a configuration that finds its package. */
export interface Setup {
  readonly program: string
  readonly config: string
  /** Attempts at the same time; 0 only accepts. Default: 256. */
  readonly slots?: number
  /** The data folder of an earlier one; default: a new one that goes with it. */
  readonly data?: string
}

const thisRepository: Setup = {
  program: pathOf('../packages/server/bin/buzzer.js'),
  config: pathOf('buzzer.config.ts'),
}

/** Starts a server as users do, with the operation of this folder and no data yet. */
export async function startBuzzer(wish: Partial<Setup> = {}): Promise<RunningBuzzer> {
  const setup = { ...thisRepository, ...wish }
  await using parts = new AsyncDisposableStack()
  const folder = await mkdtemp(join(tmpdir(), 'buzzer-bench-'))
  parts.defer(() => rm(folder, { recursive: true, force: true, maxRetries: 3 }))
  const logFile = join(folder, 'server.log')
  // The log goes to a file, as in production; reading it here would take from the cores.
  const log = await open(logFile, 'w')
  const args = ['start', '--config', setup.config, '--data', setup.data ?? folder, '--port', '0']
  const startedAt = performance.now()
  const child = spawn(process.execPath, [setup.program, ...args], {
    env: { ...process.env, NODE_ENV: 'production', BUZZER_SLOTS: String(setup.slots ?? 256) },
    stdio: ['ignore', 'pipe', log.fd],
  })
  parts.defer(() => killAndWait(child))
  await log.close()
  const line = await firstLine(child)
  const startedInMs = performance.now() - startedAt
  const port = Number(/:(\d+)\s*$/.exec(line)?.[1] ?? 0)
  if (port === 0) throw new Error(`Buzzer did not start:\n${line}\n${await tail(logFile)}`)
  const owned = parts.move()
  return {
    port,
    startedInMs,
    memoryMb: () => residentMb(child.pid ?? 0),
    [Symbol.asyncDispose]: () => owned.disposeAsync(),
  }
}

/** Empty where it ends before it prints one. */
function firstLine({ stdout }: ChildProcess): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>()
  if (stdout === null) return Promise.resolve('')
  const lines = createInterface(stdout)
  lines.once('line', resolve)
  lines.once('close', () => resolve(''))
  return promise
}

/** As the kernel counts it. */
async function residentMb(pid: number): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  return Number(/^VmRSS:\s+(\d+) kB$/m.exec(status)?.[1] ?? Number.NaN) / 1_024
}

const tail = async (file: string): Promise<string> => (await readFile(file, 'utf8')).slice(-2_000)

/** The operation that does nothing, and a call of it with a body of about 100 bytes. */
export const submission = {
  method: 'POST',
  path: '/v1/operations/noop/jobs',
  headers: { 'Content-Type': 'application/json' },
  body: JSON.stringify({
    customer: 'c-102938',
    tour: 'NO-FJORD',
    travellers: 4,
    departure: '2027-05-01',
    note: 'seats at the window',
  }),
} as const

// A failed job is no life, so that a round with failures ends with too few.
const succeeded = /^buzzer_outcomes_total\{[^}]*state="succeeded"[^}]*\} ([\d.e+]+)/gm

/** How many runs have been recorded as succeeded since the server started. */
export async function countOutcomes(port: number): Promise<number> {
  const answer = await fetch(`http://127.0.0.1:${port}/metrics`)
  const samples = [...(await answer.text()).matchAll(succeeded)]
  return samples.reduce((sum, [, value]) => sum + Number(value), 0)
}
