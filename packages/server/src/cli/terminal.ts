import type { Readable, Writable } from 'node:stream'
import { styleText } from 'node:util'

/** A name that `styleText` knows. */
export type Colour = Extract<Parameters<typeof styleText>[0], string>

export type Output = Writable & { readonly isTTY?: boolean; readonly columns?: number }

/** What a command reads from and writes to; tests give their own. */
export interface Terminal {
  readonly stdin: Readable & { readonly isTTY?: boolean }
  /** Data only, so that it can be piped on. */
  readonly stdout: Output
  /** Everything else: progress, hints, errors. */
  readonly stderr: Output
  readonly env: Record<string, string | undefined>
  readonly cwd: string
  /** The file that this process runs, to run it once more. */
  readonly program: string
  /** Aborted by Ctrl-C; only commands that do not see to signals themselves ask for it. */
  interrupt(): AbortSignal
}

export const systemTerminal = (): Terminal => ({
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  env: process.env,
  cwd: process.cwd(),
  program: process.argv[1] ?? '',
  interrupt() {
    const controller = new AbortController()
    // Once only: who presses it a second time ends the process as the system does it.
    process.once('SIGINT', () => controller.abort(new Interrupted()))
    return controller.signal
  },
})

/** The reason of an abort by Ctrl-C. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted'
}

/** Colours text where the stream shows colours and NO_COLOR does not forbid it. */
export const paint = (stream: Output, format: Colour | Colour[], text: string): string =>
  styleText(format, text, { stream })

export const writeLine = (stream: Output, line = ''): void =>
  void stream.write(`${stream.isTTY === true ? withoutControls(line) : line}\n`)

/**
 * What receivers of webhooks answer and handlers throw is shown too, and must not steer the terminal
 * of who looks at it; colours do no harm.
 */
const withoutControls = (line: string): string =>
  line.replaceAll(/\p{Cc}(?:\[[\d;]*m)?/gu, (found) =>
    /^[\t\n]/.test(found) || found.startsWith(colourStart) ? found : ` ${found.slice(1)}`,
  )

const colourStart = '\u001B['

/** JSON for people on a terminal, for programs in one line. */
export const writeJson = (stream: Output, value: unknown): void =>
  writeLine(stream, JSON.stringify(value, null, stream.isTTY === true ? 2 : 0))
