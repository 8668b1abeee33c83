import type { Problem } from '@buzzer/contract'
import { opens } from '../../../core/scope.ts'
import type { ReadablePlace } from '../../../engine/channels/place.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from './http-request.ts'

/** The channel in the path, if there is one for this caller. */
export function findChannel(
  { engine }: HttpContext,
  { params, caller }: Pick<HttpRequest, 'params' | 'caller'>,
): ReadablePlace | Problem {
  const name = params['channel'] ?? ''
  const place = engine.channels.find(caller, name)
  if (place === null) return channelNotFound(name)
  return opens(caller, place.name) ? place : otherTicket
}

/** A ticket opens what it was given for. */
export const otherTicket: Problem = {
  code: 'insufficient-scope',
  detail: 'This ticket was given for another channel. Get one for this one: POST /v1/tickets.',
}

export const ownChannel: Problem = {
  code: 'channel-not-found',
  detail: 'Nobody publishes to this channel: only Buzzer writes to it.',
}

export const channelNotFound = (name: string): Problem => ({
  code: 'channel-not-found',
  detail: /^jobs[./]/.test(name)
    ? `The events of a job are at /v1/jobs/${name.slice('jobs/'.length)}/events, and on /v1/ws.`
    : `There is no channel '${name}'. Declare it in the configuration, or PUT /v1/channels/{name}.`,
})
