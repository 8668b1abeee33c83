import { isFinal } from '@buzzer/contract'
import { addExamples, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showEvent } from './show-event.ts'
import { writeLine, type Terminal } from './terminal.ts'

export const configureWatch: Configure = (command, { terminal, action }) => {
  command.argument('<job>', 'its id')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer jobs watch job_01j…', 'every event until the last; exit code 1 if it fails'],
    ['buzzer jobs watch job_01j… --json', 'one event a line'],
  ]).action(action(watch(terminal)))
}

const watch =
  (terminal: Terminal) =>
  async (id: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const { stdout } = terminal
    const signal = terminal.interrupt()
    let succeeded = false
    try {
      for await (const event of client.job(id).events({ signal })) {
        succeeded = event.job.state === 'succeeded'
        if (flags.json === true) writeLine(stdout, JSON.stringify(event))
        // Of a job that has ended, the last event says the same as the first.
        else if (event.type !== 'job.snapshot' || !isFinal(event.job.state)) {
          writeLine(stdout, showEvent(stdout, event))
        }
      }
    } catch (error) {
      throw signal.aborted ? signal.reason : error
    }
    return succeeded ? exitCodes.done : exitCodes.failed
  }
