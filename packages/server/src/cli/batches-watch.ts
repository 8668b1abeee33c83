import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showBatchEvent } from './show-batch.ts'
import { writeLine, type Terminal } from './terminal.ts'

export const configureBatchWatch: Configure = (command, { terminal, action }) => {
  command.argument('<batch>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer batches watch bat_01j…', 'each outcome until the last; exit code 1 if one is bad'],
    ['buzzer batches watch bat_01j… --json', 'one event a line'],
  ]).action(action(watch(terminal)))
}

const watch =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { stdout } = terminal
    const signal = terminal.interrupt()
    let succeeded = false
    try {
      for await (const event of client.batchById(id).events({ signal })) {
        succeeded = event.type === 'batch.succeeded'
        const line = flags.json === true ? JSON.stringify(event) : showBatchEvent(stdout, event)
        writeLine(stdout, line)
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
    return succeeded ? exitCodes.done : exitCodes.failed
  }
