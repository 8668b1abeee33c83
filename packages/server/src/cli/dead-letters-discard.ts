import type { DiscardFilter } from '@buzzer/client'
import { isMeant } from './ask-first.ts'
import { addExamples, type Configure } from './command.ts'
import { exitCodes, usageError } from './command-error.ts'
import { addServerOptions, connect } from './connect.ts'
import {
  addFilterOptions,
  filterOf,
  isNarrowed,
  manyOption,
  tellCount,
  type FilterFlags,
} from './dead-letter-filter.ts'
import { hintAt } from './follow.ts'
import type { Terminal } from './terminal.ts'

interface DiscardFlags extends FilterFlags {
  readonly all?: true
  readonly yes?: true
  readonly limit?: number
}

export const configureDiscard: Configure = (command, { terminal, action }) => {
  addFilterOptions(command)
    .option('--all', 'all of them')
    .option('--limit <n>', 'at most so many, the oldest first', manyOption)
    .option('--yes', 'do not ask')
  addServerOptions(command)
  addExamples(command, [
    [
      'buzzer dead-letters discard --group 0123456789abcdef',
      'those of one fault, once you say yes',
    ],
    ['buzzer dead-letters discard --before 7d --yes', 'without being asked, for programs'],
  ]).action(action(discard(terminal)))
}

const discard =
  (terminal: Terminal) =>
  async (flags: DiscardFlags): Promise<number> => {
    const filter = whichOf(flags)
    const { client } = await connect(flags, terminal)
    if (flags.yes !== true && !(await isMeant(asked, terminal))) {
      hintAt(terminal, asked.refused)
      return exitCodes.failed
    }
    const { limit } = flags
    const answer = await client.deadLetters.discard(filter, { limit })
    tellCount(terminal, flags, answer, 'discarded')
    return exitCodes.done
  }

function whichOf(flags: DiscardFlags): DiscardFilter {
  const narrowed = isNarrowed(flags)
  if (flags.all === true && narrowed) throw usageError('--all goes without a filter.')
  if (flags.all === true) return { all: true }
  if (narrowed) return filterOf(flags)
  throw usageError('Which dead letters?', 'name them, such as --operation NAME, or write --all')
}

const asked = {
  what: 'Discarded dead letters are gone for good',
  question: 'They are gone for good then. Discard them?',
  refused: 'Nothing was discarded.',
}
