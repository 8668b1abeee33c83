import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { countOption } from '../option-values.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import { showWebhooks } from './show-webhook.ts'

interface ListFlags extends ServerFlags {
  readonly limit: number
  readonly cursor?: string
}

export const configureList: Configure = (command, { terminal, action }) => {
  command
    .option('--limit <n>', 'how many', countOption, 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
  addServerOptions(command)
  addExamples(command, [['buzzer webhooks', 'where events are sent, and how that goes']]).action(
    action(list(terminal)),
  )
}

const list =
  (terminal: Terminal) =>
  async (flags: ListFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { limit, cursor } = flags
    const page = await client.webhooks.list({ limit, cursor })
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, page)
    else if (page.webhooks.length === 0)
      hintAt(terminal, 'There are none: buzzer webhooks create URL')
    else for (const line of showWebhooks(stdout, page.webhooks, Date.now())) writeLine(stdout, line)
    if (flags.json !== true && page.next !== null)
      hintAt(terminal, `There are more: add --cursor ${page.next}`)
    return exitCodes.done
  }
