import { Argument } from 'commander'
import {
  addCommonOptions,
  addExamples,
  type CommandContext,
  type CommandEntry,
  type CommonFlags,
  type Configure,
} from './command.ts'
import { exitCodes } from './command-error.ts'
import { bashScript } from './completion/bash.ts'
import { describeCommands, type Described } from './completion/describe.ts'
import { fishScript } from './completion/fish.ts'
import { zshScript } from './completion/zsh.ts'
import { writeJson } from './terminal.ts'

const scripts = { bash: bashScript, zsh: zshScript, fish: fishScript } as const
type Shell = keyof typeof scripts

/** @param entries all commands, which stand in a file that also names this one */
export const configureCompletion =
  (entries: readonly CommandEntry[]): Configure =>
  (command, context) => {
    command.addArgument(
      new Argument('<shell>', 'which shell completes').choices(Object.keys(scripts)),
    )
    addCommonOptions(command)
    addExamples(command, [
      ['eval "$(buzzer completion bash)"', 'in ~/.bashrc'],
      ['source <(buzzer completion zsh)', 'in ~/.zshrc, after compinit'],
      ['buzzer completion fish > ~/.config/fish/completions/buzzer.fish', 'once'],
    ]).action(context.action(complete(entries, context)))
  }

const complete =
  (entries: readonly CommandEntry[], context: CommandContext) =>
  async (shell: Shell, flags: CommonFlags): Promise<number> => {
    const { stdout } = context.terminal
    const program: Described = await describeCommands(entries, context)
    const script = scripts[shell](program)
    if (flags.json === true) writeJson(stdout, { shell, script })
    else stdout.write(script)
    return exitCodes.done
  }
