import { formatSequence, type DisableReason } from '@buzzer/contract'
import type { EndpointHealth } from '../../../core/endpoint-health.ts'
import { writeEvent } from '../../../core/event.ts'
import type { Millis } from '../../../core/time.ts'
import type { Parts } from '../parts.ts'
import { isEndpoint } from './delivery-row.ts'

/** What Buzzer tells of webhooks, on a channel of each tenant that is read like any other. */
const ownChannel = 'webhooks'
const history = { count: 1_000, ageMs: null } as const

interface Told {
  readonly tenant: string
  readonly type: string
  readonly subject: string
  readonly data: object
}

function createTell({ published, ids, log }: Parts) {
  return ({ tenant, type, subject, data }: Told, now: Millis): void => {
    const channel = published.open(tenant, ownChannel)
    if (channel === null) {
      log.warn({ tenant, type, subject }, 'there are too many channels to tell of this on one')
      return
    }
    published.keep(channel, history, now)
    const id = ids.next('evt')
    const text = writeEvent({
      id,
      source: '/webhooks',
      type,
      subject,
      time: new Date(now).toISOString(),
      datacontenttype: null,
      dataschema: null,
      traceparent: null,
      extensions: {},
      data: { kind: 'json', value: data, text: JSON.stringify(data) },
    })
    published.append(channel, { id, source: null, at: now, text })
  }
}

/** Tells that an endpoint was disabled for what it answered. */
export function createTellDisabled(parts: Parts) {
  const read = parts.db.prepare("SELECT tenant, settings ->> '$.url' FROM endpoints WHERE id = ?")
  const tell = createTell(parts)
  return (webhook: string, reason: DisableReason, health: EndpointHealth, now: Millis): void => {
    const [tenant, url] = read.row(webhook) as readonly [string, string]
    const { failures } = health
    const failingSince = new Date(health.failingSince ?? now).toISOString()
    const data = { webhook, url, reason, failures, failingSince }
    tell({ tenant, type: 'dev.buzzer.webhook.disabled', subject: webhook, data }, now)
  }
}

export interface FailedDelivery {
  readonly delivery: string
  readonly target: string
  readonly message: number
  readonly attempts: number
  readonly error: string
}

/** Tells that nobody tries a delivery any more; but not of one that told of something like that. */
export function createTellFailed(parts: Parts) {
  const { db, callbacks } = parts
  const readMessage = db.prepare(
    'SELECT tenant, channel, offset, event_id, type FROM messages WHERE id = ?',
  )
  const readUrl = db.prepare("SELECT settings ->> '$.url' FROM endpoints WHERE id = ?")
  const tell = createTell(parts)

  const whereTo = (target: string): object =>
    isEndpoint(target)
      ? { webhook: target, url: readUrl.row(target)?.[0] ?? null }
      : { callback: target, url: callbacks.find(target)?.url ?? null }

  return ({ delivery, target, message, attempts, error }: FailedDelivery, now: Millis): void => {
    const [tenant, channel, offset, id, type] = (readMessage.row(message) ??
      []) as unknown as MessageRow
    if (tenant === undefined || channel === ownChannel) return
    const event = { id, type, channel, sequence: formatSequence(offset) }
    const data = { delivery, ...whereTo(target), event, attempts, error }
    tell({ tenant, type: 'dev.buzzer.delivery.failed', subject: delivery, data }, now)
  }
}

type MessageRow = readonly [
  tenant: string | undefined,
  channel: string,
  offset: number,
  id: string,
  type: string,
]
