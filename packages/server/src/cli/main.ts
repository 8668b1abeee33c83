import { runCommandLine } from './run.ts'
import { systemTerminal } from './terminal.ts'

/** The whole of the process `buzzer`. */
export async function main(): Promise<void> {
  leaveQuietly()
  dropWarnings(['MODULE_TYPELESS_PACKAGE_JSON'])
  process.exitCode = await runCommandLine(process.argv.slice(2), systemTerminal())
  await Promise.all([process.stdout, process.stderr].map(written))
  // A configuration may have left timers and sockets behind, which would keep the process alive.
  process.exit()
}

/** All that was written before is gone when this resolves, or never will be. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    stream.write('', () => resolve())
  })

/** Who pipes us into `head` has read enough when the pipe breaks. */
function leaveQuietly(): void {
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
    process.exit()
  })
  // Nobody reads what is only said beside it, which is no reason to end.
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
  })
}

/** A configuration may stand in a folder without a package.json; Node's advice about it is noise. */
function dropWarnings(codes: readonly string[]): void {
  const listeners = process.listeners('warning')
  process.removeAllListeners('warning')
  process.on('warning', (warning: Error & { readonly code?: string }) => {
    if (codes.includes(warning.code ?? '')) return
    for (const listener of listeners) listener(warning)
  })
}
