import type { Command } from 'commander'
import type { Terminal } from './terminal.ts'

/** What the file of a command exports: adds its arguments, options and action. */
export type Configure = (command: Command, context: CommandContext) => void

/** A command as it stands in the help; the rest of it is loaded when it is called. */
export interface CommandEntry {
  readonly name: string
  readonly summary: string
  /** What a group does where nothing says which of it. */
  readonly byDefault?: string
  load(): Promise<Configure>
}

export interface CommandContext {
  readonly terminal: Terminal
  /** Makes an action of what gives the exit code. */
  action<Arguments extends readonly unknown[]>(
    run: (...given: Arguments) => Promise<number>,
  ): (...given: Arguments) => Promise<void>
}

/** Options that every command has. */
export interface CommonFlags {
  readonly json?: true
  readonly verbose?: true
}

export const addCommonOptions = (command: Command): Command =>
  command
    .option('--json', 'write JSON, for programs')
    .option('--verbose', 'show the stack of an error too')

/** Commands to copy, below the help. */
export function addExamples(
  command: Command,
  examples: readonly (readonly [line: string, meaning: string])[],
): Command {
  const width = Math.max(...examples.map(([line]) => line.length))
  const lines = examples.map(([line, meaning]) => `  ${line.padEnd(width)}  ${meaning}`)
  return command.addHelpText('after', ['', 'Examples:', ...lines].join('\n'))
}
