import { addExamples, type Configure } from './command.ts'
import { CommandError, exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { waitForBatch, writeResults } from './follow-batch.ts'
import { isOver } from './show-batch.ts'
import type { Terminal } from './terminal.ts'

interface ResultsFlags extends ServerFlags {
  readonly wait?: true
}

export const configureBatchResults: Configure = (command, { terminal, action }) => {
  command.argument('<batch>', 'its id').option('--wait', 'wait until all of its jobs have ended')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer batches results bat_01j…', 'one a line; exit code 1 if one is bad'],
    ['buzzer batches results bat_01j… --wait', 'when all have ended'],
  ]).action(action(printResults(terminal)))
}

const printResults =
  (terminal: Terminal) =>
  async (id: string, flags: ResultsFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const handle = client.batchById(id)
    const isJson = flags.json === true
    if (flags.wait === true) return waitForBatch(handle, isJson, terminal)
    const batch = await handle.status()
    if (!isOver(batch.state)) throw notEnded(id)
    writeResults(batch, await handle.results(), isJson, terminal)
    return batch.state === 'succeeded' ? exitCodes.done : exitCodes.failed
  }

const notEnded = (id: string): CommandError =>
  new CommandError('The batch has not ended yet.', {
    code: 'result-not-ready',
    fix: `buzzer batches results ${id} --wait`,
  })
