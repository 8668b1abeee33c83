import { addExamples, type Configure } from './command.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showBatchEvent } from './show-batch.ts'
import type { Terminal } from './terminal.ts'
import { watchEvents } from './watch-events.ts'

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
    const signal = terminal.interrupt()
    return watchEvents(terminal, {
      events: client.batchById(id).events({ signal }),
      signal,
      isSuccess: ({ type }) => type === 'batch.succeeded',
      show: (event) =>
        flags.json === true ? JSON.stringify(event) : showBatchEvent(terminal.stdout, event),
    })
  }
