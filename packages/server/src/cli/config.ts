import { loadConfig } from '../config/load.ts'
import type { Origin } from '../config/read-settings.ts'
import { viewConfig } from '../config/view.ts'
import { addCommonOptions, addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addConfigOptions, configRequest, type ConfigFlags } from './config-options.ts'
import { hintAt } from './follow.ts'
import { layOut } from './table.ts'
import { paint, writeJson, writeLine, type Terminal } from './terminal.ts'

interface ViewFlags extends ConfigFlags {
  readonly origin?: true
}

export const configureConfig: Configure = (command, { terminal, action }) => {
  const view = command.command('view').description('show every value that is in force')
  view.option('--origin', 'show where each value comes from')
  addConfigOptions(view)
  addCommonOptions(view)
  addExamples(view, [
    ['buzzer config view --origin', 'flags, environment, .env, file or default'],
    ['BUZZER_PORT=3000 buzzer config view --json', 'for programs'],
  ]).action(action(show(terminal)))
}

const show =
  (terminal: Terminal) =>
  async (flags: ViewFlags): Promise<number> => {
    const loaded = await loadConfig(configRequest(flags, terminal))
    const { stdout } = terminal
    const view = viewConfig(loaded)
    if (flags.json === true) {
      writeJson(stdout, view)
      return exitCodes.done
    }
    const rows = view.values.map(({ name, value, origin }) => [
      name,
      String(value ?? '-'),
      flags.origin === true ? paint(stdout, 'dim', showOrigin(origin)) : '',
    ])
    writeLine(stdout, paint(stdout, 'bold', view.file ?? 'no buzzer.config.ts'))
    for (const line of layOut(rows)) writeLine(stdout, `  ${line}`)
    writeLine(stdout, `  operations: ${view.operations.join(', ') || '-'}`)
    writeLine(stdout, `  services: ${view.services.map(({ name }) => name).join(', ') || '-'}`)
    for (const warning of loaded.warnings) hintAt(terminal, warning)
    return exitCodes.done
  }

const showOrigin = ({ source, name }: Origin): string =>
  name === null ? source : `${source}: ${name}`
