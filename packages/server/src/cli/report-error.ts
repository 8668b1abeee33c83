import { explainError } from './explain-error.ts'
import type { Explained } from './explained.ts'
import { paint, writeLine, type Output, type Terminal } from './terminal.ts'

/**
 * Shows an error: what, why, and what to do; with `--json` as one line of JSON.
 *
 * @returns the exit code
 */
export function reportError(error: unknown, argv: readonly string[], terminal: Terminal): number {
  const { stderr } = terminal
  const explained = explainError(error)
  if (argv.includes('--json')) writeLine(stderr, JSON.stringify({ error: asJson(explained) }))
  else show(explained, stderr)
  if (argv.includes('--verbose')) writeLine(stderr, stackOf(error))
  return explained.exitCode
}

function asJson({ code, what, why, fix, more }: Explained): object {
  return { code, message: what, details: why, fix, ...more }
}

function show({ what, why, fix, page, code }: Explained, stderr: Output): void {
  writeLine(stderr, `${paint(stderr, 'red', '✗')} ${paint(stderr, 'bold', what)}`)
  for (const line of why) writeLine(stderr, `  ${line}`)
  if (fix !== null) writeLine(stderr, `  ${paint(stderr, 'green', 'fix:')} ${fix}`)
  writeLine(stderr, paint(stderr, 'dim', `  code: ${code}${page === null ? '' : `  ${page}`}`))
}

function stackOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const { cause } = error
  return `${error.stack ?? error.message}${cause === undefined ? '' : `\ncaused by: ${stackOf(cause)}`}`
}
