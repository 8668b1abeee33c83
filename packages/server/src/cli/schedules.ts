import type { ScheduleDocument } from '@buzzer/client'
import type { Command } from 'commander'
import { addExamples, type CommandContext, type Configure } from './command.ts'
import { exitCodes } from './command-error.ts'
import { addServerOptions, connect, type ServerFlags } from './connect.ts'
import { hintAt } from './follow.ts'
import { showState } from './show-job.ts'
import { layOut } from './table.ts'
import { paint, writeJson, writeLine, type Output, type Terminal } from './terminal.ts'

export const configureSchedules: Configure = (command, context) => {
  configureList(command.command('list').description('list them, and when they run'), context)
  configureRun(command.command('run').description('run one now, besides its times'), context)
}

function configureList(command: Command, { terminal, action }: CommandContext): void {
  addServerOptions(command)
  addExamples(command, [['buzzer schedules', 'what runs by itself, and when']]).action(
    action(list(terminal)),
  )
}

function configureRun(command: Command, { terminal, action }: CommandContext): void {
  command.argument('<operation>', 'its name')
  addServerOptions(command)
  addExamples(command, [
    ['buzzer schedules run nightly-report', 'without waiting for the night'],
  ]).action(action(run(terminal)))
}

const list =
  (terminal: Terminal) =>
  async (flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const schedules = await client.schedules.list()
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, { schedules, next: null })
    else if (schedules.length === 0) hintAt(terminal, 'There are none.')
    else for (const line of showSchedules(stdout, schedules)) writeLine(stdout, line)
    return exitCodes.done
  }

const run =
  (terminal: Terminal) =>
  async (operation: string, flags: ServerFlags): Promise<number> => {
    const { client } = await connect(flags, terminal)
    const job = await client.schedules.run(operation)
    const { stdout } = terminal
    if (flags.json === true) writeJson(stdout, job)
    else writeLine(stdout, `${job.id}  ${showState(stdout, job.state)}`)
    return exitCodes.done
  }

function showSchedules(stream: Output, schedules: readonly ScheduleDocument[]): readonly string[] {
  const head = ['OPERATION', 'CRON', 'TIME ZONE', 'NEXT', 'LAST', 'LAST JOB'].map((title) =>
    paint(stream, 'dim', title),
  )
  const rows = schedules.map(({ operation, cron, timeZone, nextAt, lastAt, lastJob }) => [
    operation,
    cron,
    timeZone,
    nextAt ?? 'never',
    lastAt ?? '',
    lastJob ?? '',
  ])
  return layOut([head, ...rows])
}
