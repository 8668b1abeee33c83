import { Command, CommanderError } from 'commander'
import { version } from '../app/version.ts'
import type { CommandContext, CommandEntry } from './command.ts'
import { commands, plannedCommands } from './commands.ts'
import { CommandError, exitCodes, usageError } from './command-error.ts'
import { paint, type Terminal } from './terminal.ts'

/**
 * Runs one command line.
 *
 * @param argv what stands after the program's name
 * @returns the exit code
 */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  try {
    return await parse(withDefaults(argv), terminal)
  } catch (error) {
    if (error instanceof CommanderError && error.exitCode === 0) return exitCodes.done
    // Loaded only now, because it knows every kind of error and most commands have none.
    const { reportError } = await import('./report-error.ts')
    return reportError(asUsageError(error), argv, terminal)
  }
}

async function parse(argv: readonly string[], terminal: Terminal): Promise<number> {
  const called = argv.find((word) => !word.startsWith('-') && word !== 'help')
  if (called !== undefined && plannedCommands.includes(called)) throw notSupported(called)
  let exitCode: number = exitCodes.done
  const context: CommandContext = {
    terminal,
    action:
      (run) =>
      async (...given) => {
        exitCode = await run(...given)
      },
  }
  const program = createProgram(terminal)
  for (const entry of commands) await addCommand(program, entry, entry.name === called, context)
  await program.parseAsync(wordsToParse(argv, called), { from: 'user' })
  return exitCode
}

/** Help of what is not there would be the help of all the rest; it is a typo, and told as one. */
function wordsToParse(argv: readonly string[], called: string | undefined): string[] {
  const [first, second] = argv
  const isCalled = called !== undefined && called === (first === 'help' ? second : first)
  const isKnown = commands.some(({ name }) => name === called)
  return isCalled && !isKnown ? [called] : [...argv]
}

function createProgram(terminal: Terminal): Command {
  const { stdout, stderr } = terminal
  return new Command('buzzer')
    .description('Puts any slow or bursty API behind a durable, asynchronous call.')
    .version(version, '-V, --version', 'print the version')
    .helpOption('-h, --help', 'show help')
    .helpCommand('help [command]', 'show help of a command')
    .exitOverride()
    .configureHelp({
      styleTitle: (text) => paint(stdout, 'bold', text),
      styleCommandText: (text) => paint(stdout, 'cyan', text),
      styleSubcommandText: (text) => paint(stdout, 'cyan', text),
    })
    .configureOutput({
      writeOut: (text) => void stdout.write(text),
      writeErr: (text) => void stderr.write(text),
      // Thrown and shown with all other errors.
      outputError: () => {},
      getOutHelpWidth: () => stdout.columns ?? 100,
      getErrHelpWidth: () => stderr.columns ?? 100,
    })
}

async function addCommand(
  program: Command,
  { name, summary, load }: CommandEntry,
  isCalled: boolean,
  context: CommandContext,
): Promise<void> {
  const command = program.command(name).description(summary)
  if (isCalled) (await load())(command, context)
}

/** `jobs` alone is `jobs list`, and the like. */
function withDefaults(argv: readonly string[]): readonly string[] {
  if (argv.length === 0) return ['--help']
  const [name = '', next = '--', ...rest] = argv
  const entry = commands.find((command) => command.name === name)
  if (entry?.byDefault === undefined || !next.startsWith('-')) return argv
  if (next === '--help' || next === '-h') return argv
  return argv.length === 1 ? [name, entry.byDefault] : [name, entry.byDefault, next, ...rest]
}

const notSupported = (name: string): CommandError =>
  new CommandError(`buzzer ${name} is not supported yet.`, {
    code: 'not-supported',
    exitCode: exitCodes.usage,
    fix: 'buzzer --help shows what is',
  })

function asUsageError(error: unknown): unknown {
  if (!(error instanceof CommanderError)) return error
  // A group without a command has shown its help already.
  if (error.code === 'commander.help') return usageError('Which command?', 'one of those above')
  const [first = '', hint = ''] = error.message.split('\n')
  const [, meant] = /Did you mean (?:one of )?(.+?)\?\)/.exec(hint) ?? []
  const isCommand = error.code === 'commander.unknownCommand'
  const help = isCommand
    ? 'buzzer --help lists those that there are'
    : 'add --help to see how it is called'
  const fix = meant === undefined ? help : `did you mean ${meant}?`
  const what = first.replace(/^error: /, '').replace(/\.$/, '')
  return usageError(`${what.charAt(0).toUpperCase()}${what.slice(1)}.`, fix)
}
