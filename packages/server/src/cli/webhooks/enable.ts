import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { writeJson, type Terminal } from '../terminal.ts'
import { writeWebhook } from './show-webhook.ts'

export const configureEnable: Configure = (command, { terminal, action }) => {
  command.argument('<webhook>', 'its id')
  addServerOptions(command)
  addExamples(command, [['buzzer webhooks enable whk_01j…', 'once its receiver is mended']]).action(
    action(enable(terminal)),
  )
}

const enable =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const webhook = await client.webhooks.enable(id)
    if (flags.json === true) {
      writeJson(terminal.stdout, webhook)
      return exitCodes.done
    }
    writeWebhook(terminal, webhook)
    hintAt(terminal, `What failed meanwhile: buzzer webhooks redeliver --failed --webhook ${id}`)
    return exitCodes.done
  }
