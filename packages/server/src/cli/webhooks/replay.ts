import { addExamples, type Configure } from '../command.ts'
import { exitCodes, usageError } from '../command-error.ts'
import { addServerOptions, connect, type ServerFlags } from '../connect.ts'
import { pastOption, wholeOption } from '../option-values.ts'
import type { Terminal } from '../terminal.ts'
import { tellScheduled } from './tell-scheduled.ts'

interface ReplayFlags extends ServerFlags {
  readonly since: Date
  readonly until?: Date
  readonly channel?: string
  readonly rate?: number
}

export const configureReplay: Configure = (command, { terminal, action }) => {
  command
    .argument('<webhook>', 'its id')
    .requiredOption('--since <when>', 'from then on: a time, or how long ago', pastOption)
    .option('--until <when>', 'up to then (default: now)', pastOption)
    .option('--channel <channel>', 'only what was on this one')
    .option('--rate <n>', 'attempts a second (default: 50)', wholeOption)
  addServerOptions(command)
  addExamples(command, [
    ['buzzer webhooks replay whk_01j… --since 2h', 'all of two hours, delivered or not'],
    [
      'buzzer webhooks replay whk_01j… --since 2026-11-28T08:00:00Z --until 1h --rate 10',
      'up to an hour ago, without a rush',
    ],
  ]).action(action(replay(terminal)))
}

const replay =
  (terminal: Terminal) =>
  async (id: string, flags: ReplayFlags): Promise<number> => {
    const { since, until, channel, rate } = flags
    if (until !== undefined && until <= since)
      throw usageError('--until lies before --since.', 'turn them round')
    const { client } = await connect(flags, terminal)
    const answer = await client.webhooks.replay(id, { since, until, channel, rate })
    tellScheduled(terminal, flags, id, answer)
    return exitCodes.done
  }
