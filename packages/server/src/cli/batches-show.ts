import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showBatch } from './show-batch.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

export const configureBatchShow: Configure = (command, { terminal, action }) => {
  command.argument('<batch>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer batches show bat_01j…', 'how many of its jobs stand where'],
    ['buzzer batches show bat_01j… --json', 'with the ids of its jobs'],
  ]).action(action(show(terminal)))
}

const show =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const batch = await client.batchById(id).status()
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, batch)
    else writeLine(stdout, showBatch(stdout, batch))
    return exitCodes.done
  }
