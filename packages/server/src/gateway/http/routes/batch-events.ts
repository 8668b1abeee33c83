import { batchEventFrames } from '../../sse/batch-events.ts'
import { empty } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import {
  acceptsEvents,
  cursorParameters,
  eventStreamHeaders,
  readCursor,
} from '../request/event-cursor.ts'
import { findBatch } from '../request/find-batch.ts'
import { refuseParameters } from '../request/known-parameters.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** A batch's channel as Server-Sent Events: a snapshot, the outcomes above the cursor, the end. */
export const batchEvents: Route = {
  method: 'GET',
  path: '/v1/batches/:id/events',
  scope: 'jobs:read',
  ticket: 'opens',
  async handle(ctx, request) {
    if (!acceptsEvents(request)) return refuse(ctx, request, notAcceptable)
    const wrong = refuseParameters(request.query(), cursorParameters)
    if (wrong !== null) return refuse(ctx, request, wrong)
    const since = readCursor(request)
    if (typeof since === 'object' && since !== null) return refuse(ctx, request, since)
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

const notAcceptable = {
  code: 'not-acceptable',
  detail:
    'Events are served as text/event-stream. Send `Accept: text/event-stream`, or poll the batch ' +
    'with `Prefer: wait=30` and `If-None-Match`.',
}
