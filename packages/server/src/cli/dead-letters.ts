import type { Command } from 'commander'
import { addExamples, type CommandContext, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { countOption } from './option-values.ts'
import { showJobs } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface DeadLetterFlags extends ServerFlags {
  readonly operation?: string
  readonly limit?: number
  readonly cursor?: string
}

export const configureDeadLetters: Configure = (command, context) => {
  configureList(command.command('list').description('list them, newest first'), context)
  configureRetry(command.command('retry').description('run them again'), context)
}

function configureList(command: Command, { terminal, action }: CommandContext): void {
  command
    .option('--operation <name>', 'only those of this operation')
    .option('--limit <n>', 'how many', countOption, 20)
    .option('--cursor <cursor>', 'go on after an earlier list')
  addServerOptions(command)
  addExamples(command, [['buzzer dead-letters', 'the newest']]).action(action(list(terminal)))
}

function configureRetry(command: Command, { terminal, action }: CommandContext): void {
  command.option('--operation <name>', 'only those of this operation')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer dead-letters retry --operation render-report', 'after its fault is repaired'],
  ]).action(action(retry(terminal)))
}

const list =
  (terminal: Terminal) =>
  async (flags: DeadLetterFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { operation, limit, cursor } = flags
    const page = await client.jobs.deadLetters.list({ operation, limit, cursor })
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, page)
    else if (page.jobs.length === 0) hintAt(terminal, 'There are none.')
    else for (const line of showJobs(stdout, page.jobs, Date.now())) writeLine(stdout, line)
    return exitCodes.done
  }

const retry =
  (terminal: Terminal) =>
  async (flags: DeadLetterFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { operation } = flags
    const count = await client.jobs.deadLetters.retry({ operation })
    if (flags.json === true) writeJson(terminal.stdout, { count })
    else writeLine(terminal.stdout, `${count} to run again`)
    return exitCodes.done
  }
