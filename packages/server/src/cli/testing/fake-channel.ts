import { formatSequence, type CloudEvent } from '@buzzer/contract'
import type { IncomingMessage, ServerResponse } from 'node:http'

const event = (offset: number, more: Partial<CloudEvent>): CloudEvent => ({
  specversion: '1.0',
  id: `evt_${offset}`,
  source: '/channels/news',
  type: 'thing',
  time: '2026-11-20T10:00:00.000Z',
  sequence: formatSequence(offset),
  ...more,
})

/** What is kept of the channel `news`; what lies below was thrown away. */
export const news: readonly CloudEvent[] = [
  event(41, { subject: 'ann', data: { at: 1 } }),
  event(42, { data_base64: 'AAH/', datacontenttype: 'application/octet-stream' }),
  event(43, { type: 'other' }),
]

/** Answers for the channel `news`. @returns whether the request was for a channel at all */
export function answerChannel(
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
): boolean {
  const [, name] = /^\/v1\/channels\/([^/]+)\/events/.exec(request.url ?? '') ?? []
  if (name === undefined) return false
  if (name !== 'news' && name !== 'typing.a%20b') refuse(response, name)
  else if (request.method === 'POST') take(response, body as readonly CloudEvent[])
  else if (request.headers.accept === 'text/event-stream') stream(request, response)
  else sendJson(response, 200, { events: [], next: formatSequence(43) })
  return true
}

/** In the words of the server. */
const refusals: Readonly<Record<string, string>> = {
  'jobs.x': 'The events of a job are at /v1/jobs/x/events, and on /v1/ws.',
  'operations.x': 'Nobody publishes to this channel: only Buzzer writes to it.',
  'presence.x': "There is no channel 'presence.x'. Declare it in the configuration.",
}

function refuse(response: ServerResponse, name: string): void {
  const code = 'channel-not-found'
  const detail = refusals[name] ?? 'None.'
  const problem = { type: 'about:blank', title: code, status: 404, detail, code }
  sendJson(response, 404, problem, 'application/problem+json')
}

/** Takes all but what is `"bad"`, as a channel with a schema does. */
function take(response: ServerResponse, events: readonly CloudEvent[]): void {
  const bad = events.findIndex(({ data }) => data === 'bad')
  if (bad !== -1) return sendJson(response, 422, invalid(bad), 'application/problem+json')
  const taken = events.map(({ id }, at) => ({ id, sequence: formatSequence(44 + at) }))
  sendJson(response, 202, { events: taken })
}

const invalid = (index: number): object => ({
  type: 'about:blank',
  title: 'Not valid',
  status: 422,
  detail: 'The channel does not take this; `errors` says why, and nothing was published.',
  code: 'validation-failed',
  errors: [{ pointer: `/${index}/data`, detail: 'has to be an object' }],
})

function stream(request: IncomingMessage, response: ServerResponse): void {
  const cursor = Number(request.headers['last-event-id'])
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 3000\n\n')
  if (cursor < 40) write(response, 40, 'reset', { oldest: formatSequence(41) })
  for (const each of news.filter(({ sequence }) => Number(sequence) > cursor)) {
    write(response, Number(each.sequence), each.type, each)
  }
}

function write(response: ServerResponse, id: number, name: string, data: object): void {
  const text = `id: ${formatSequence(id)}\nevent: ${name}\ndata: ${JSON.stringify(data)}\n\n`
  response.write(text)
}

function sendJson(
  response: ServerResponse,
  status: number,
  value: object,
  type = 'application/json',
): void {
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value))
}
