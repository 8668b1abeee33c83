import { formatSequence, type PublishedDocument } from '@buzzer/contract'
import { isDeclared } from '../../../engine/channels/place.ts'
import type { Published } from '../../../engine/channels/publish.ts'
import { json, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import { isEncoded, plainPlan } from '../request/body-plan.ts'
import { decodeBody } from '../request/decode-body.ts'
import { readEventDrafts } from '../request/event-drafts.ts'
import { findChannel, ownChannel } from '../request/find-channel.ts'
import type { HttpRequest } from '../request/http-request.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Publishes one event or several to a channel; 202 when they are on disk. */
export const publishEvents: Route = {
  method: 'POST',
  path: '/v1/channels/:channel/events',
  scope: 'channels:publish',
  handle: (ctx, request) =>
    request.body !== null && isEncoded(request.headers)
      ? publishDecoded(ctx, request, request.body)
      : publish(ctx, request, request.body),
}

async function publishDecoded(
  ctx: HttpContext,
  request: HttpRequest,
  body: Uint8Array,
): Promise<Answer> {
  const { maxBytes, tooLarge } = plainPlan(ctx)
  const encoding = request.headers['content-encoding'] ?? ''
  const decoded = await decodeBody(body, encoding, maxBytes, tooLarge)
  if (decoded.kind === 'problem') return refuse(ctx, request, decoded.problem)
  return publish(ctx, request, decoded.body)
}

function publish(
  ctx: HttpContext,
  request: HttpRequest,
  body: Uint8Array | null,
): Answer | Promise<Answer> {
  const place = findChannel(ctx, request)
  if (isProblem(place)) return refuse(ctx, request, place)
  if (!isDeclared(place)) return refuse(ctx, request, ownChannel)
  const drafts = readEventDrafts(request, body)
  if (isProblem(drafts)) return refuse(ctx, request, drafts)
  const published = ctx.engine.channels.publish(place, drafts)
  return published instanceof Promise
    ? published.then((done) => answerTo(ctx, request, done))
    : answerTo(ctx, request, published)
}

export function answerTo(ctx: HttpContext, request: HttpRequest, published: Published): Answer {
  if (published.kind === 'refused') return refuse(ctx, request, published.problem)
  return json(202, publishedDocument(published), { 'cache-control': 'no-store' })
}

const publishedDocument = ({
  events,
}: Extract<Published, { kind: 'published' }>): PublishedDocument => ({
  events: events.map(({ id, offset }) => ({ id, sequence: formatSequence(offset) })),
})
