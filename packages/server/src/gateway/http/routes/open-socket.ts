import type { Problem } from '@buzzer/contract'
import { problemAnswer } from '../answer/problem.ts'
import { pathOf } from '../request/http-request.ts'
import type { Route } from '../route.ts'

/** Many jobs and channels on one WebSocket; what is asked for on it is looked at there. */
export const openSocket: Route = {
  method: 'GET',
  path: '/v1/ws',
  scope: ['channels:subscribe', 'jobs:read'],
  ticket: 'opens',
  socket: 'buzzer.v1',
  handle: (ctx, request) => upgradeRequired(ctx.publicUrl(), request.target),
}

/** One channel on a WebSocket, as bare CloudEvents. */
export const openChannelSocket: Route = {
  method: 'GET',
  path: '/v1/channels/:channel/ws',
  scope: 'channels:subscribe',
  ticket: 'opens',
  socket: 'cloudevents.json',
  handle: (ctx, request) => upgradeRequired(ctx.publicUrl(), request.target),
}

/** Whoever comes here did not ask for a WebSocket; the edge for these takes those who do. */
const upgradeRequired = (publicUrl: string, target: string) =>
  problemAnswer(publicUrl, notAsked, pathOf(target), {
    upgrade: 'websocket',
    connection: 'Upgrade',
  })

const notAsked: Problem = {
  code: 'upgrade-required',
  detail: 'This is a WebSocket (RFC 6455). Open it with a client for these.',
}
