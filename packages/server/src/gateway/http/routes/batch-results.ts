import { jsonType } from '../answer/answer.ts'
import { batchResultsText } from '../answer/batch-results.ts'
import { isProblem } from '../answer/problem.ts'
import { findBatch } from '../request/find-batch.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** What became of each job, in the order of the batch; of one that has not ended, its state. */
export const getBatchResults: Route = {
  method: 'GET',
  path: '/v1/batches/:id/results',
  scope: 'jobs:read',
  async handle(ctx, request) {
    const batch = await findBatch(ctx, request)
    if (isProblem(batch)) return refuse(ctx, request, batch)
    return {
      kind: 'stream',
      hasComments: false,
      headers: { 'content-type': jsonType, 'cache-control': 'private, no-store' },
      chunks: () => batchResultsText(ctx, ctx.engine.batches.results(batch)),
    }
  },
}
