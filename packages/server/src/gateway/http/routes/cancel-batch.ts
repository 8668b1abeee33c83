import { publicPath } from '@buzzer/contract'
import { batchDocument, batchPath } from '../../batch-document.ts'
import { json } from '../answer/answer.ts'
import { batchEtag } from '../answer/batch.ts'
import { batchIdOf } from '../request/find-batch.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Cancels the jobs of a batch that have not ended; those that run are told to stop. */
export const cancelBatch: Route = {
  method: 'POST',
  path: '/v1/batches/:id/cancel',
  scope: 'jobs:cancel',
  async handle(ctx, request) {
    const id = batchIdOf(ctx, request)
    if (typeof id === 'object') return refuse(ctx, request, id)
    const answer = await ctx.engine.batches.cancel(request.caller, id)
    if (answer.kind === 'problem') return refuse(ctx, request, answer.problem)
    const { kind, batch } = answer
    return json(kind === 'changed' ? 202 : 200, batchDocument(batch, ctx.publicUrl()), {
      'location': publicPath(ctx.publicUrl(), batchPath(batch)),
      'etag': batchEtag(batch),
      'cache-control': 'no-store',
    })
  },
}
