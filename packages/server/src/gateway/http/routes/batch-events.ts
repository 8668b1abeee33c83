import { batchEventFrames } from '../../sse/batch-events.ts'
import { empty } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { eventStreamHeaders, isCursorProblem, readStreamCursor } from '../request/event-cursor.ts'
import { findBatch } from '../request/find-batch.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** A batch's channel as Server-Sent Events: a snapshot, the outcomes above the cursor, the end. */
export const batchEvents: Route = {
  method: 'GET',
  path: '/v1/batches/:id/events',
  scope: 'jobs:read',
  ticket: 'opens',
  async handle(ctx, request) {
    const since = readStreamCursor(request, 'batch')
    if (isCursorProblem(since)) return refuse(ctx, request, since)
    const batch = await findBatch(ctx, request)
    if (isProblem(batch)) return refuse(ctx, request, batch)
    // Only 204 keeps a browser's EventSource from coming back.
    const isOver = since !== null && (await ctx.engine.batches.sawTheEnd(batch, since))
    if (isOver) return empty(204)
    return {
      kind: 'stream',
      headers: eventStreamHeaders,
      chunks: (signal) =>
        batchEventFrames(
          ctx.engine.batches.watch(batch, since ?? 0, signal),
          batch,
          ctx.publicUrl(),
        ),
    }
  },
}
