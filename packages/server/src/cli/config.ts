import { readFile } from 'node:fs/promises'
import { basename } from 'node:path'
import { findLine } from '../config/find-line.ts'
import { loadConfig } from '../config/load.ts'
import type { Origin } from '../config/read-settings.ts'
import { viewConfig, type ConfigView } from '../config/view.ts'
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
    const view = await withLines(viewConfig(loaded))
    if (flags.json === true) {
      writeJson(stdout, view)
      return exitCodes.done
    }
    const rows = view.values.map(({ name, value, origin }) => [
      name,
      String(value ?? '-'),
      flags.origin === true ? paint(stdout, 'dim', showOrigin(origin, view.file)) : '',
    ])
    writeLine(stdout, paint(stdout, 'bold', view.file ?? 'no buzzer.config.ts'))
    for (const line of layOut(rows)) writeLine(stdout, `  ${line}`)
    writeLine(stdout, `  operations: ${view.operations.join(', ') || '-'}`)
    writeLine(stdout, `  services: ${view.services.map(({ name }) => name).join(', ') || '-'}`)
    writeLine(stdout, `  channels: ${view.channels.join(', ') || '-'}`)
    const hooks = view.hooks.map(({ name, scheme, does }) => `${name} (${scheme}, ${does})`)
    writeLine(stdout, `  hooks: ${hooks.join(', ') || '-'}`)
    for (const warning of loaded.warnings) hintAt(terminal, warning)
    return exitCodes.done
  }

type Place = Origin & {
  /** Where in the file it stands, as far as that shows without running it. */
  readonly line?: number
}

type PlacedView = Omit<ConfigView, 'values'> & {
  readonly values: readonly (Omit<ConfigView['values'][number], 'origin'> & {
    readonly origin: Place
  })[]
}

async function withLines(view: ConfigView): Promise<PlacedView> {
  const text = view.file === null ? '' : await readFile(view.file, 'utf8').catch(() => '')
  return {
    ...view,
    values: view.values.map(({ origin, ...value }) => {
      const { source, name } = origin
      const line = source === 'file' && name !== null ? findLine(text, name) : null
      return { ...value, origin: line === null ? origin : { ...origin, line } }
    }),
  }
}

function showOrigin({ source, name, line }: Place, file: string | null): string {
  if (source === 'file' && file !== null)
    return line === undefined ? `${basename(file)}: ${name}` : `${basename(file)}:${line}`
  return name === null ? source : `${source}: ${name}`
}
