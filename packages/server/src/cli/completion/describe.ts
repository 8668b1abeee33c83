import { Command, type Option } from 'commander'
import type { CommandContext, CommandEntry } from '../command.ts'

/** A command as a shell has to know it. */
export interface Described {
  /** The words that lead to it; none for the program itself. */
  readonly words: readonly string[]
  readonly summary: string
  readonly commands: readonly Described[]
  readonly options: readonly DescribedOption[]
  /** What its arguments may be, where that is known. */
  readonly choices: readonly string[]
  /** Whether its arguments may be files. */
  readonly takesFiles: boolean
}

export interface DescribedOption {
  /** With its dashes. */
  readonly flag: string
  readonly summary: string
  readonly value: 'none' | 'file' | 'text'
  /** What it may be; empty where nothing is known. */
  readonly choices: readonly string[]
}

/** Loads every command, and reads off its definition what can stand after it. */
export async function describeCommands(
  entries: readonly CommandEntry[],
  context: CommandContext,
): Promise<Described> {
  const program = new Command('buzzer')
  for (const { name, summary, load } of entries) {
    const command = program.command(name).description(summary)
    ;(await load())(command, context)
  }
  const described = describe(program, [])
  const version = { flag: '--version', summary: 'print the version', value: 'none', choices: [] }
  return { ...described, options: [...described.options, version as DescribedOption] }
}

const help: DescribedOption = {
  flag: '--help',
  summary: 'show help',
  value: 'none',
  choices: [],
}

const describe = (command: Command, words: readonly string[]): Described => ({
  words,
  summary: command.description(),
  commands: command.commands.map((inner) => describe(inner, [...words, inner.name()])),
  options: [...command.options.filter(({ hidden }) => !hidden).map(describeOption), help],
  choices: command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []),
  takesFiles: command.registeredArguments.some(({ description }) =>
    /\bfile\b|folder/.test(description),
  ),
})

const describeOption = ({ long, description, flags, argChoices }: Option): DescribedOption => ({
  flag: long ?? flags,
  summary: description,
  value: /<(?:file|folder)>/.test(flags) ? 'file' : /[<[]/.test(flags) ? 'text' : 'none',
  choices: argChoices ?? [],
})

/** A command and all below it. */
export const flatten = (described: Described): readonly Described[] => [
  described,
  ...described.commands.flatMap(flatten),
]
