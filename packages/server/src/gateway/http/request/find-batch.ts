import { parseBatchId, type BatchId, type Problem } from '@buzzer/contract'
import { batchNotFound } from '../../../engine/find-batch.ts'
import type { Batch } from '../../../ports/batches.ts'
import { opens } from '../../../core/scope.ts'
import type { HttpContext } from '../context.ts'
import { otherTicket } from './find-channel.ts'
import type { HttpRequest } from './http-request.ts'
import type { Preference } from './prefer.ts'

/** The id in the path, if the caller may name it: a batch's own token opens that batch only. */
export function batchIdOf(
  ctx: HttpContext,
  { params, caller }: Pick<HttpRequest, 'params' | 'caller'>,
): BatchId | Problem {
  const id = parseBatchId(params['id'] ?? '')
  if (id === null) return batchNotFound
  if (!opens(caller, `batches/${id}`)) return otherTicket
  if (caller.jobToken === null || ctx.tokens.matches(id, caller.jobToken)) return id
  return {
    code: 'insufficient-scope',
    detail: 'This token belongs to something else. Use the token that came with this batch.',
  }
}

export async function findBatch(
  ctx: HttpContext,
  request: Pick<HttpRequest, 'params' | 'caller'>,
): Promise<Batch | Problem> {
  const id = batchIdOf(ctx, request)
  if (typeof id === 'object') return id
  const found = await ctx.engine.batches.find(request.caller, id)
  return found.kind === 'found' ? found.batch : found.problem
}

/** Finds the batch, and holds the answer back as long as `Prefer: wait` allows. */
export async function waitForBatch(
  ctx: HttpContext,
  request: HttpRequest,
  { waitSeconds }: Preference,
  until: (batch: Batch) => boolean,
): Promise<Batch | Problem> {
  if (waitSeconds === null || waitSeconds === 0) return findBatch(ctx, request)
  const id = batchIdOf(ctx, request)
  if (typeof id === 'object') return id
  const found = await ctx.engine.batches.wait(request.caller, id, {
    until,
    timeoutMs: waitSeconds * 1_000,
    signal: AbortSignal.any([request.closed(), ctx.stopping]),
  })
  return found.kind === 'found' ? found.batch : found.problem
}
