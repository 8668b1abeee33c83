import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect } from './connect.ts'
import { addFilterOptions, filterOf, type FilterFlags } from './dead-letter-filter.ts'
import { hintAt } from './follow.ts'
import { countOption } from './option-values.ts'
import { showJobs } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface ListFlags extends FilterFlags {
  readonly limit: number
  readonly cursor?: string
}

export const configureList: Configure = (command, { terminal, action }) => {
  addFilterOptions(command)
    .option('--limit <n>', 'how many', countOption, 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer dead-letters', 'the newest'],
    ['buzzer dead-letters list --code upstream-failed --after 1h', 'of one kind, of the last hour'],
  ]).action(action(list(terminal)))
}

const list =
  (terminal: Terminal) =>
  async (flags: ListFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { limit, cursor } = flags
    const page = await client.deadLetters.list({ ...filterOf(flags), limit, cursor })
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, page)
    else if (page.jobs.length === 0) hintAt(terminal, 'There are none.')
    else for (const line of showJobs(stdout, page.jobs, Date.now())) writeLine(stdout, line)
    if (flags.json !== true && page.next !== null)
      hintAt(terminal, `There are more: add --cursor ${page.next}`)
    return exitCodes.done
  }
