import { configureBatchCancel } from './batches-cancel.ts'
import { configureBatchResults } from './batches-results.ts'
import { configureBatchShow } from './batches-show.ts'
import { configureBatchWatch } from './batches-watch.ts'
import type { Configure } from './command.ts'

export const configureBatches: Configure = (command, context) => {
  configureBatchShow(command.command('show').description('show how a batch stands'), context)
  configureBatchWatch(command.command('watch').description('follow a batch to its end'), context)
  configureBatchResults(
    command.command('results').description('print what became of each job'),
    context,
  )
  configureBatchCancel(
    command.command('cancel').description('cancel the jobs that have not ended'),
    context,
  )
}
