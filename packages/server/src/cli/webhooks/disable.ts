import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { writeJson, type Terminal } from '../terminal.ts'
import { writeWebhook } from './show-webhook.ts'

export const configureDisable: Configure = (command, { terminal, action }) => {
  command.argument('<webhook>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks disable whk_01j…', 'what waits for it fails, and nothing new is sent'],
  ]).action(action(disable(terminal)))
}

const disable =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const webhook = await client.webhooks.disable(id)
    if (flags.json === true) {
      writeJson(terminal.stdout, webhook)
      return exitCodes.done
    }
    writeWebhook(terminal, webhook)
    hintAt(terminal, `buzzer webhooks enable ${id}`)
    return exitCodes.done
  }
