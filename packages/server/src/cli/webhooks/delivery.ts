import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'
import { showWholeDelivery } from './show-delivery.ts'

export const configureDelivery: Configure = (command, { terminal, action }) => {
  command.argument('<delivery>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks delivery dlv_01j…', 'every attempt, and what was answered'],
    ['buzzer webhooks delivery dlv_01j… --json | jq -r .body', 'what is sent'],
  ]).action(action(show(terminal)))
}

const show =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const delivery = await client.deliveries.get(id)
    const { stdout } = terminal
    if (flags.json === true) {
      writeJson(stdout, delivery)
      return exitCodes.done
    }
    for (const line of showWholeDelivery(stdout, delivery)) writeLine(stdout, line)
    if (delivery.state === 'failed') hintAt(terminal, `buzzer webhooks redeliver ${id}`)
    return exitCodes.done
  }
