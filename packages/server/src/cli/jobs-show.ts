import { addExamples, type Configure } from './command.ts'
import { CommandError, exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showJob } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'
import { readResult, writeResult } from './write-result.ts'

interface ShowFlags extends ServerFlags {
  readonly result?: true
}

export const configureShow: Configure = (command, { terminal, action }) => {
  command.argument('<job>', 'its id').option('--result', 'print its result instead')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer jobs show job_01j…', 'its state, its attempts and its error'],
    ['buzzer jobs show job_01j… --result > report.pdf', 'what it made'],
  ]).action(action(show(terminal)))
}

const show =
  (terminal: Terminal) =>
  async (id: string, flags: ShowFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { stdout } = terminal
    const job = await client.jobs.get(id)
    if (flags.result === true) {
      if (job.finishedAt === null) throw notEnded(id)
      const response = await client.job(id).response()
      if (flags.json !== true) return writeResult(response, terminal)
      writeJson(stdout, await readResult(response))
      return exitCodes.done
    }
    if (flags.json === true) writeJson(stdout, job)
    else for (const line of showJob(stdout, job)) writeLine(stdout, line)
    return exitCodes.done
  }

const notEnded = (id: string): CommandError =>
  new CommandError('The job has not ended yet.', {
    code: 'result-not-ready',
    fix: `buzzer jobs watch ${id}`,
  })
