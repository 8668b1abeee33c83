import type { Configure } from './command.ts'
import { configureCancel } from './jobs-cancel.ts'
import { configureList } from './jobs-list.ts'
import { configureResult } from './jobs-result.ts'
import { configureRetry } from './jobs-retry.ts'
import { configureShow } from './jobs-show.ts'
import { configureWatch } from './jobs-watch.ts'

export const configureJobs: Configure = (command, context) => {
  configureList(command.command('list').description('list jobs, newest first'), context)
  configureShow(command.command('show').description('show one job'), context)
  configureResult(command.command('result').description('what a job made'), context)
  configureWatch(command.command('watch').description('follow a job to its end'), context)
  configureCancel(command.command('cancel').description('cancel a job'), context)
  configureRetry(command.command('retry').description('run a failed job again'), context)
}
