import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import { showWebhook } from './show-webhook.ts'

export const configureShow: Configure = (command, { terminal, action }) => {
  command.argument('<webhook>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks show whk_01j…', 'what it gets, how often it is tried, how it stands'],
  ]).action(action(show(terminal)))
}

const show =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const webhook = await client.webhooks.get(id)
    const { stdout } = terminal
    if (flags.json === true) {
      writeJson(stdout, webhook)
      return exitCodes.done
    }
    for (const line of showWebhook(stdout, webhook)) writeLine(stdout, line)
    if (!webhook.enabled) hintAt(terminal, `buzzer webhooks enable ${id}`)
    else if (webhook.health.failures > 0)
      hintAt(terminal, `buzzer webhooks deliveries ${id} --state failed`)
    return exitCodes.done
  }
