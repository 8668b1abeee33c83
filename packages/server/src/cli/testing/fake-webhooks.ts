import type { DeliveryDocument, WebhookDocument } from '@buzzer/client'
import type { DeliveryId, EndpointId } from '@buzzer/contract'
import type { IncomingMessage, ServerResponse } from 'node:http'

const time = '2026-11-20T10:00:00.000Z'
export const secret = 'whsec_AAECAwQFBgcICQoLDA0ODxAREhMUFRYX'

const webhook = (id: string, more: Partial<WebhookDocument> = {}): WebhookDocument => ({
  id: id as EndpointId,
  url: 'https://example.com/hook',
  description: null,
  channels: ['orders.*', 'operations/*'],
  types: ['job.failed'],
  filter: { prefix: { subject: 'eu-' } },
  mapping: null,
  headers: { 'x-key': '***' },
  policy: {
    schedule: ['0s', '5s', '5m'],
    timeout: '15s',
    concurrency: 8,
    ordered: false,
    disableAfter: { failures: 100, failingFor: '5d' },
    ratePerMinute: 60,
  },
  enabled: true,
  disabled: null,
  health: { failures: 0, failingSince: null, lastSuccessAt: time },
  previousSecretUntil: '2026-11-21T10:00:00.000Z',
  version: 3,
  createdAt: time,
  changedAt: time,
  links: { self: '', deliveries: '' },
  ...more,
})

const webhooks = [
  webhook('whk_good'),
  webhook('whk_fails', { health: { failures: 4, failingSince: time, lastSuccessAt: null } }),
  webhook('whk_off', { enabled: false, disabled: { at: time, reason: 'gone' } }),
]

/** Its id says what becomes of it. */
const delivery = (id: string): DeliveryDocument => {
  const isTaken = id === 'dlv_good'
  return {
    id: id as DeliveryId,
    state: isTaken ? 'delivered' : id === 'dlv_fails' ? 'failed' : 'scheduled',
    webhook: 'whk_good' as EndpointId,
    callback: null,
    url: 'https://example.com/hook',
    event: { id: 'evt_1', type: 'price', channel: 'quotes.ACME', sequence: '0000000000000042' },
    attempt: id === 'dlv_new' ? 0 : 1,
    maxAttempts: 3,
    createdAt: time,
    nextAttemptAt: id === 'dlv_waits' ? time : null,
    finishedAt: isTaken ? time : null,
    error: isTaken ? null : 'The answer was 500.',
    status: isTaken ? 200 : 500,
    links: { self: '', redeliver: '' },
  }
}

const whole = (id: string) => ({
  ...delivery(id),
  body: '{"specversion":"1.0"}',
  attempts: [
    {
      attempt: 1,
      at: time,
      latencyMs: 12,
      status: delivery(id).status,
      error: delivery(id).error,
      answer: { headers: {}, body: 'first line\nsecond line\n', truncated: true },
    },
  ],
})

const keys = {
  keys: [
    {
      id: 'key_1',
      algorithm: 'ed25519',
      publicKey: `whpk_${'A'.repeat(43)}=`,
      jwk: { kty: 'OKP', crv: 'Ed25519', x: 'A'.repeat(43), kid: 'key_1' },
    },
  ],
}

type Reply = readonly [status: number, body: unknown]

/** Plays what PROTOCOL.md says of webhooks. @returns whether the request was about them */
export function answerWebhook(
  request: IncomingMessage,
  response: ServerResponse,
  body: unknown,
): boolean {
  const { method = '' } = request
  const [, version, place = '', id = '', verb = ''] =
    (request.url ?? '').split(/[?]/)[0]?.split('/') ?? []
  if (version !== 'v1') return false
  const reply = replyOf(method, place, id, verb, body)
  if (reply === null) return false
  const [status, value] = reply
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  if (status === 204) response.writeHead(204).end()
  else response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value))
  return true
}

function replyOf(
  method: string,
  place: string,
  id: string,
  verb: string,
  body: unknown,
): Reply | null {
  if (place === 'webhook-keys') return [200, keys]
  if (place === 'deliveries') return aboutDelivery(id, verb)
  if (place !== 'webhooks') return null
  if (method === 'POST' && id === '') return create(body as { readonly url: string })
  if (id === '') return [200, { webhooks, next: 'more' }]
  const found = webhooks.find((each) => each.id === id)
  return found === undefined ? none('webhook-not-found') : aboutWebhook(method, found, verb, body)
}

function create(body: { readonly url: string }): Reply {
  if (body.url.includes('127.0.0.1')) return problem(422, 'endpoint-url-rejected')
  return [201, { ...webhook('whk_good', body), secret }]
}

function aboutWebhook(method: string, found: WebhookDocument, verb: string, body: unknown): Reply {
  if (method === 'DELETE') return [204, null]
  if (method === 'PATCH') return [200, merge(found, body)]
  if (verb === 'rotate-secret') return [200, { ...found, secret }]
  if (verb === 'test')
    return found.enabled ? [202, delivery(testOf(found))] : problem(409, 'webhook-disabled')
  if (verb === 'deliveries') return [200, { deliveries: [delivery('dlv_waits')], next: null }]
  if (verb === 'redeliver' || verb === 'replay') return [202, { count: 7 }]
  return [200, found]
}

/** RFC 7396, less that what is taken away is null here. */
function merge(target: unknown, patch: unknown): unknown {
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) return patch
  const before = (target ?? {}) as Record<string, unknown>
  const members = Object.entries(patch).map(([name, value]) => [name, merge(before[name], value)])
  return { ...before, ...(Object.fromEntries(members) as object) }
}

const testOf = ({ id }: { readonly id: string }): string =>
  id === 'whk_good' ? 'dlv_good' : 'dlv_waits'

function aboutDelivery(id: string, verb: string): Reply {
  if (id === '')
    return [200, { deliveries: [delivery('dlv_good'), delivery('dlv_fails')], next: 'more' }]
  if (id === 'dlv_none') return none('delivery-not-found')
  return verb === 'redeliver' ? [202, delivery('dlv_new')] : [200, whole(id)]
}

const none = (code: string): Reply => problem(404, code)

const problem = (status: number, code: string): Reply => [
  status,
  { type: 'about:blank', title: `Title of ${code}`, status, detail: 'No.', code },
]
