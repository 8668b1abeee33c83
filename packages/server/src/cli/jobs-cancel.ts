import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showState } from './show-job.ts'
import { writeJson, writeLine, type Terminal } from './terminal.ts'

export const configureCancel: Configure = (command, { terminal, action }) => {
  command.argument('<job>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer jobs cancel job_01j…', 'one that runs is told to stop and ends a little later'],
  ]).action(action(cancel(terminal)))
}

const cancel =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const job = await client.jobs.cancel(id)
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, job)
    else if (job.state === 'cancelled')
      writeLine(stdout, `${job.id}  ${showState(stdout, job.state)}`)
    else writeLine(stdout, `${job.id}  ${showState(stdout, job.state)}, told to stop`)
    return exitCodes.done
  }
