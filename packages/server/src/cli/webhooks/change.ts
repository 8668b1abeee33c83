import { addExamples, type Configure } from '../command.ts'
import { exitCodes, usageError } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { wholeOption } from '../option-values.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import {
  addRemovingOptions,
  addSettingsOptions,
  changesOf,
  type SettingsFlags,
} from './settings-options.ts'
import { showWebhook } from './show-webhook.ts'

interface ChangeFlags extends ServerFlags, SettingsFlags {
  readonly to?: string
  readonly ifVersion?: number
}

export const configureChange: Configure = (command, { terminal, action }) => {
  command
    .argument('<webhook>', 'its id')
    .option('--to <url>', 'where events are POSTed to from now on')
  addRemovingOptions(addSettingsOptions(command)).option(
    '--if-version <n>',
    'only if nobody has changed it since that version',
    wholeOption,
  )
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks change whk_01j… --to https://example.com/v2', 'another address'],
    ['buzzer webhooks change whk_01j… --type job.failed --no-filter', 'what it gets'],
    [`buzzer webhooks change whk_01j… --header 'X-Old:'`, 'without that header'],
  ]).action(action(change(terminal)))
}

const change =
  (terminal: Terminal) =>
  async (id: string, flags: ChangeFlags): Promise<number> => {
    const { to } = flags
    const changes = await changesOf(flags, terminal)
    const all = to === undefined ? changes : { ...changes, url: to }
    if (Object.keys(all).length === 0)
      throw usageError('There is nothing to change.', 'name it, such as --to URL or --type TYPE')
    const { client } = await connect(flags, terminal)
    const webhook = await client.webhooks.change(id, all, { version: flags.ifVersion })
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, webhook)
    else for (const line of showWebhook(stdout, webhook)) writeLine(stdout, line)
    return exitCodes.done
  }
