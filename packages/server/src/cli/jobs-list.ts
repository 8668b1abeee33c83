import type { JobState } from '@buzzer/client'
import { jobStates } from '@buzzer/contract'
import { Option } from 'commander'
import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { countOption, pastOption } from './option-values.ts'
import { showJobs } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface ListFlags extends ServerFlags {
  readonly operation?: string
  readonly state?: JobState
  readonly tag?: string
  readonly after?: Date
  readonly before?: Date
  readonly limit: number
  readonly cursor?: string
}

export const configureList: Configure = (command, { terminal, action }) => {
  command
    .option('--operation <name>', 'only jobs of this operation')
    .addOption(new Option('--state <state>', 'only jobs in this state').choices(jobStates))
    .option('--tag <tag>', 'only jobs with this tag')
    .option('--after <when>', 'only jobs made after then: a time, or how long ago', pastOption)
    .option('--before <when>', 'only jobs made before then', pastOption)
    .option('--limit <n>', 'how many', countOption, 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer jobs', 'the newest'],
    ['buzzer jobs list --state failed --after 1h', 'what failed in the last hour'],
    ["buzzer jobs list --json | jq '.jobs[].id'", 'for programs'],
  ]).action(action(list(terminal)))
}

const list =
  (terminal: Terminal) =>
  async (flags: ListFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { operation, state, tag, after, before, limit, cursor } = flags
    const wish = { operation, state, tag, after, before, limit }
    let page = await client.jobs.list({ ...wish, cursor })
    // A page looks at only so many jobs, and what is rare may stand behind them.
    while (page.jobs.length === 0 && page.next !== null) {
      page = await client.jobs.list({ ...wish, cursor: page.next })
    }
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, page)
    else if (page.jobs.length === 0) hintAt(terminal, 'There are no such jobs.')
    else for (const line of showJobs(stdout, page.jobs, Date.now())) writeLine(stdout, line)
    if (flags.json !== true && page.next !== null)
      hintAt(terminal, `There are more: add --cursor ${page.next}`)
    return exitCodes.done
  }
