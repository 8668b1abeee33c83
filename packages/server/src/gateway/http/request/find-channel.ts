import type { Problem } from '@buzzer/contract'
import type { ReadablePlace } from '../../../engine/channels/place.ts'
import type { HttpContext } from '../context.ts'
import type { HttpRequest } from './http-request.ts'

/** The channel in the path, if there is one for this caller. */
export function findChannel(
  { engine }: HttpContext,
  { params, caller }: HttpRequest,
): ReadablePlace | Problem {
  const name = params['channel'] ?? ''
  return engine.channels.find(caller, name) ?? channelNotFound(name)
}

const channelNotFound = (name: string): Problem => ({
  code: 'channel-not-found',
  detail: /^jobs[./]/.test(name)
    ? `The events of a job are at /v1/jobs/${name.slice('jobs/'.length)}/events, and on /v1/ws.`
    : `There is no channel '${name}'. Declare it in the configuration, or PUT /v1/channels/{name}.`,
})
