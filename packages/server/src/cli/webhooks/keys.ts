import { addExamples, type Configure } from '../command.ts'
import { exitCodes } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { hintAt } from '../follow.ts'
import { layOut } from '../table.ts'
import { paint, writeJson, writeLine, type Terminal } from '../terminal.ts'

export const configureKeys: Configure = (command, { terminal, action }) => {
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks keys', 'what a receiver verifies v1a with, callbacks too'],
  ]).action(action(keys(terminal)))
}

const keys =
  (terminal: Terminal) =>
  async (flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const answer = await client.webhooks.keys()
    const { stdout } = terminal
    if (flags.json === true) {
      writeJson(stdout, answer)
      return exitCodes.done
    }
    const head = ['KEY', 'ALGORITHM', 'PUBLIC KEY'].map((title) => paint(stdout, 'dim', title))
    const rows = answer.keys.map(({ id, algorithm, publicKey }) => [id, algorithm, publicKey])
    for (const line of layOut([head, ...rows])) writeLine(stdout, line)
    hintAt(terminal, 'The first one signs. Receivers take all of them, while one follows another.')
    return exitCodes.done
  }
