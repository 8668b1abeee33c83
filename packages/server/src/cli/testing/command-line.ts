import { spawn, type ChildProcess } from 'node:child_process'
import { once } from 'node:events'
import { Readable, Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { fileURLToPath } from 'node:url'
import { runCommandLine } from '../run.ts'

export interface Ended {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

export interface Given {
  readonly cwd?: string
  readonly env?: Record<string, string>
  readonly stdin?: string
  /** What a person types, at a terminal. */
  readonly keys?: string
  readonly interrupt?: AbortSignal
  /** Told all that was written so far, on both, whenever there is more. */
  readonly onWritten?: (text: string) => void
}

/** Runs a command line within this process. */
export async function run(argv: readonly string[], given: Given = {}): Promise<Ended> {
  const isTTY = given.keys !== undefined
  const onWritten = (): void => given.onWritten?.(stdout.text() + stderr.text())
  const [stdout, stderr] = [collect(onWritten), collect(onWritten)]
  const stdin = Readable.from([given.keys ?? given.stdin ?? ''])
  const exitCode = await runCommandLine(argv, {
    stdin: Object.assign(stdin, { isTTY }),
    stdout: stdout.stream,
    stderr: Object.assign(stderr.stream, { isTTY }),
    env: given.env ?? {},
    cwd: given.cwd ?? import.meta.dirname,
    program,
    interrupt: () => given.interrupt ?? new AbortController().signal,
  })
  return { exitCode, stdout: stdout.text(), stderr: stderr.text() }
}

function collect(onWritten: () => void) {
  const chunks: string[] = []
  const stream = new Writable({
    write(chunk: Buffer | string, _encoding, done) {
      chunks.push(chunk.toString())
      onWritten()
      done()
    },
  })
  return { stream, text: () => chunks.join('') }
}

const program = fileURLToPath(new URL('../../../bin/buzzer.js', import.meta.url))

/** Starts the program itself, as a shell does. */
export function start(argv: readonly string[], given: Given = {}): ChildProcess {
  return spawn(process.execPath, [program, ...argv], {
    cwd: given.cwd,
    env: { ...process.env, FORCE_COLOR: undefined, ...given.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
}

/** Runs the program itself to its end. */
export async function runProgram(
  argv: readonly string[],
  given: Given & { readonly closeStdout?: true } = {},
): Promise<Ended> {
  const child = start(argv, given)
  if (given.closeStdout === true) child.stdout?.destroy()
  return ended(child)
}

export async function ended(child: ChildProcess): Promise<Ended> {
  const closed = once(child, 'close') as Promise<[number | null]>
  const [stdout, stderr, [code]] = await Promise.all([
    child.stdout === null || child.stdout.destroyed ? '' : text(child.stdout),
    child.stderr === null ? '' : text(child.stderr),
    closed,
  ])
  return { exitCode: code ?? -1, stdout, stderr }
}
