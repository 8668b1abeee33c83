import type { DiscardFilter } from '@buzzer/client'
import { createInterface } from 'node:readline/promises'
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
import { Interrupted, type Terminal } from './terminal.ts'

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
    if (!(await isMeant(flags, terminal))) {
      hintAt(terminal, 'Nothing was discarded.')
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

/** It cannot be taken back, so that somebody has to say so: at the terminal or with --yes. */
async function isMeant({ yes }: DiscardFlags, terminal: Terminal): Promise<boolean> {
  if (yes === true) return true
  if (terminal.stdin.isTTY !== true) {
    throw usageError('Discarded dead letters are gone for good, and nobody can be asked.', '--yes')
  }
  const prompt = createInterface({ input: terminal.stdin, output: terminal.stderr })
  try {
    const said = await prompt.question('They are gone for good then. Discard them? [y/N] ', {
      signal: terminal.interrupt(),
    })
    return /^y(?:es)?$/i.test(said.trim())
  } catch (cause) {
    // At a terminal readline takes Ctrl-C for itself, and gives up the question.
    if (cause instanceof Error && cause.name === 'AbortError')
      throw new Interrupted('Nothing was discarded.', { cause })
    throw cause
  } finally {
    prompt.close()
  }
}
