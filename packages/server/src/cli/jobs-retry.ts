import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { waitForResult } from './follow.ts'
import { showState } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

interface RetryFlags extends ServerFlags {
  readonly wait?: true
}

export const configureRetry: Configure = (command, { terminal, action }) => {
  command.argument('<job>', 'its id').option('--wait', 'wait for the result and print it')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer jobs retry job_01j…', 'with fresh attempts'],
    ['buzzer jobs retry job_01j… --wait', 'and wait for the result'],
  ]).action(action(retry(terminal)))
}

const retry =
  (terminal: Terminal) =>
  async (id: string, flags: RetryFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const job = await client.jobs.retry(id)
    const { stdout } = terminal
    if (flags.wait === true) return waitForResult(client.job(id), flags.json === true, terminal)
    if (flags.json === true) writeJson(stdout, job)
    else writeLine(stdout, `${job.id}  ${showState(stdout, job.state)}, run ${job.run}`)
    return exitCodes.done
  }
