import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showBatch } from './show-batch.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

export const configureBatchCancel: Configure = (command, { terminal, action }) => {
  command.argument('<batch>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer batches cancel bat_01j…', 'those that run are told to stop and end a little later'],
  ]).action(action(cancel(terminal)))
}

const cancel =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const batch = await client.batchById(id).cancel()
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, batch)
    else writeLine(stdout, showBatch(stdout, batch))
    return exitCodes.done
  }
