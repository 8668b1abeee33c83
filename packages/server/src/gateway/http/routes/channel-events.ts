import { formatSequence, type Problem } from '@buzzer/contract'
import type { ReadablePlace } from '../../../engine/channels/place.ts'
import type { ChannelPart, ChannelReading } from '../../../engine/channels/watch-channel.ts'
import { channelEventFrames } from '../../sse/channel-events.ts'
import { jsonText, type Answer } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import type { HttpContext } from '../context.ts'
import {
  acceptsEvents,
  cursorParameters,
  eventStreamHeaders,
  isCursorProblem,
  readCursor,
  wantsPage,
} from '../request/event-cursor.ts'
import { attend, isAttendanceProblem } from '../request/attendance.ts'
import { findChannel } from '../request/find-channel.ts'
import type { HttpRequest } from '../request/http-request.ts'
import { refuseParameters } from '../request/known-parameters.ts'
import { readLimit } from '../request/page.ts'
import { appliedPreferences, parsePrefer } from '../request/prefer.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

const streamParameters = [...cursorParameters, 'as']
/** A stream goes on: who asks it for so many would wait for an end. */
const pageParameters = [...streamParameters, 'limit']

/** A channel from a cursor on: as Server-Sent Events, or a page at a time by long polling. */
export const channelEvents: Route = {
  method: 'GET',
  path: '/v1/channels/:channel/events',
  scope: 'channels:subscribe',
  ticket: 'opens',
  handle(ctx, request) {
    const isPage = wantsPage(request)
    const wrong = refuseParameters(request.query(), isPage ? pageParameters : streamParameters)
    if (wrong !== null) return refuse(ctx, request, wrong)
    const since = readCursor(request)
    if (isCursorProblem(since)) return refuse(ctx, request, since)
    const place = findChannel(ctx, request)
    if (isProblem(place)) return refuse(ctx, request, place)
    if (!isPage && !acceptsEvents(request)) return refuse(ctx, request, notAcceptable)
    const enter = attend(ctx, place, request.query().get('as'))
    if (isAttendanceProblem(enter)) return refuse(ctx, request, enter)
    if (isPage) return poll(ctx, request, place, { since, enter })
    const { engine, renderings } = ctx
    return {
      kind: 'stream',
      headers: eventStreamHeaders,
      chunks: (signal) => {
        const news = engine.channels.watch(place, { since, signal, enter })
        return channelEventFrames(news, place.name, renderings)
      },
    }
  },
}

async function poll(
  ctx: HttpContext,
  request: HttpRequest,
  place: ReadablePlace,
  reading: Omit<ChannelReading, 'signal'>,
): Promise<Answer> {
  const limit = readLimit(request.query().get('limit'))
  if (isProblem(limit)) return refuse(ctx, request, limit)
  const preference = parsePrefer(request.headers['prefer'])
  const waitMs = (preference.waitSeconds ?? 0) * 1_000
  const part = await within(ctx, request, waitMs, (signal) =>
    ctx.engine.channels.read(place, { ...reading, signal }),
  )
  const applied = appliedPreferences({ ...preference, respondAsync: false })
  return jsonText(200, pageText(ctx, place, part, limit), {
    'cache-control': 'no-store',
    'vary': 'Prefer, Accept',
    ...(applied === null ? {} : { 'preference-applied': applied }),
  })
}

/** @param work gets a signal that is aborted after this time, and where nobody waits any more */
async function within<Value>(
  { clock, stopping }: HttpContext,
  request: HttpRequest,
  waitMs: number,
  work: (signal: AbortSignal) => Promise<Value>,
): Promise<Value> {
  const over = new AbortController()
  const callOff = clock.after(waitMs, () => over.abort())
  try {
    return await work(AbortSignal.any([over.signal, request.closed(), stopping]))
  } finally {
    callOff()
  }
}

function pageText(
  { renderings }: HttpContext,
  { name }: ReadablePlace,
  { slice, reset, cursor }: ChannelPart,
  limit: number,
): string {
  const texts = slice === null ? [] : renderings.texts(slice, name).slice(0, limit)
  const next = slice?.events[texts.length - 1]?.offset ?? cursor
  const resetMember = reset === null ? '' : `,"reset":{"oldest":"${formatSequence(reset)}"}`
  return `{"events":[${texts.join(',')}],"next":"${formatSequence(next)}"${resetMember}}`
}

const notAcceptable: Problem = {
  code: 'not-acceptable',
  detail:
    'Events are served as text/event-stream, or as application/json a page at a time. Ask for one ' +
    'of them with `Accept`.',
}
