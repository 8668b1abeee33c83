import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect } from './connect.ts'
import {
  addFilterOptions,
  filterOf,
  manyOption,
  rateOption,
  tellCount,
  type FilterFlags,
} from './dead-letter-filter.ts'
import type { Terminal } from './terminal.ts'

interface RetryFlags extends FilterFlags {
  readonly rate?: string
  readonly limit?: number
}

export const configureRetry: Configure = (command, { terminal, action }) => {
  addFilterOptions(command)
    .option('--rate <rate>', 'so many a second, a minute or an hour, such as 50/s', rateOption)
    .option('--limit <n>', 'at most so many, the oldest first', manyOption)
  addServerOptions(command)
  addExamples(command, [
    ['buzzer dead-letters retry --operation render-report', 'after its fault is repaired'],
    ['buzzer dead-letters retry --code upstream-failed --rate 10/s', 'without a rush'],
  ]).action(action(retry(terminal)))
}

const retry =
  (terminal: Terminal) =>
  async (flags: RetryFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { rate, limit } = flags
    const answer = await client.deadLetters.retry(filterOf(flags), { rate, limit })
    tellCount(terminal, flags, answer, 'to run again')
    return exitCodes.done
  }
