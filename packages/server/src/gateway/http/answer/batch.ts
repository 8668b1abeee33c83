import { jobStates, publicPath } from '@buzzer/contract'
import { batchState, hasEnded } from '../../../core/batch.ts'
import type { Batch } from '../../../ports/batches.ts'
import { batchDocument, batchPath } from '../../batch-document.ts'
import type { HttpContext } from '../context.ts'
import { retryAfterSeconds } from './accepted.ts'
import { json, type AnswerHeaders, type WholeAnswer } from './answer.ts'

/** 202, sent when all jobs are durable: where the batch is, and the token that stands for it. */
export function acceptedBatchAnswer(
  ctx: HttpContext,
  batch: Batch,
  headers: AnswerHeaders,
): WholeAnswer {
  const publicUrl = ctx.publicUrl()
  const path = batchPath(batch)
  const document = { ...batchDocument(batch, publicUrl), token: ctx.tokens.issue(batch.id) }
  return json(202, document, {
    'location': publicPath(publicUrl, path),
    'operation-location': publicUrl + path,
    'retry-after': retryAfterSeconds,
    'cache-control': 'no-store',
    'vary': 'Prefer',
    ...headers,
  })
}

export const batchHeaders = (batch: Batch): AnswerHeaders => ({
  'etag': batchEtag(batch),
  'cache-control': 'private, no-cache',
  'vary': 'Prefer',
  ...(hasEnded(batch.tally) ? {} : { 'retry-after': retryAfterSeconds }),
})

/** Everything in a batch's document that ever changes. */
export function batchEtag({ tally }: Batch): string {
  const counts = jobStates.map((state) => tally.counts[state])
  return `W/"${batchState(tally)}-${counts.join('.')}"`
}
