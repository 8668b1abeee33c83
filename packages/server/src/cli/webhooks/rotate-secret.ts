import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { writeJson, writeLine, type Terminal } from '../terminal.ts'

interface RotateFlags extends ServerFlags {
  readonly secret?: string
}

export const configureRotateSecret: Configure = (command, { terminal, action }) => {
  command
    .argument('<webhook>', 'its id')
    .option('--secret <secret>', 'whsec_ and 24 to 64 bytes in Base64 (default: a new one)')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks rotate-secret whk_01j…', 'the one before signs too for a day'],
  ]).action(action(rotate(terminal)))
}

const rotate =
  (terminal: Terminal) =>
  async (id: string, { secret, ...flags }: RotateFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const webhook = await client.webhooks.rotateSecret(id, { secret })
    const { stdout } = terminal
    if (flags.json === true) {
      writeJson(stdout, webhook)
      return exitCodes.done
    }
    writeLine(stdout, `secret  ${webhook.secret}`)
    hintAt(terminal, 'It is not shown again.')
    const until = webhook.previousSecretUntil
    if (until !== null) hintAt(terminal, `The one before signs too until ${until}.`)
    return exitCodes.done
  }
