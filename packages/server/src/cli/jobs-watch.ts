import { isFinal } from '@buzzer/contract'
import { addExamples, type Configure } from './command.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { showEvent } from './show-event.ts'
import type { Terminal } from './terminal.ts'
import { watchEvents } from './watch-events.ts'

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
    const signal = terminal.interrupt()
    return watchEvents(terminal, {
      events: client.job(id).events({ signal }),
      signal,
      isSuccess: ({ job }) => job.state === 'succeeded',
      show(event) {
        if (flags.json === true) return JSON.stringify(event)
        // Of a job that has ended, the last event says the same as the first.
        const isRepeated = event.type === 'job.snapshot' && isFinal(event.job.state)
        return isRepeated ? null : showEvent(terminal.stdout, event)
      },
    })
  }
