import { formatSequence, type PresenceDocument } from '@buzzer/contract'
import { formatTime } from '../../../core/time.ts'
import { isDeclared } from '../../../engine/channels/place.ts'
import { json } from '../answer/answer.ts'
import { isProblem } from '../answer/problem.ts'
import { findChannel } from '../request/find-channel.ts'
import { withoutPresence } from '../request/attendance.ts'
import type { Route } from '../route.ts'
import { refuse } from '../submit.ts'

/** Who reads a channel, where it is declared that this is known. */
export const channelPresence: Route = {
  method: 'GET',
  path: '/v1/channels/:channel/presence',
  scope: 'channels:subscribe',
  async handle(ctx, request) {
    const place = findChannel(ctx, request)
    if (isProblem(place)) return refuse(ctx, request, place)
    if (!isDeclared(place) || !place.channel.presence) {
      return refuse(ctx, request, withoutPresence(place.name))
    }
    const { members, count, cursor } = await ctx.engine.channels.presence.list(place)
    const document: PresenceDocument = {
      members: members.map(({ name, since }) => ({ name, since: formatTime(since) })),
      count,
      sequence: formatSequence(cursor),
    }
    return json(200, document, { 'cache-control': 'no-store' })
  },
}
