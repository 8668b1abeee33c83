import { createHash, createHmac, randomBytes } from 'node:crypto'
import type { ChannelEvent } from '@buzzer/client'
import { InvalidArgumentError } from 'commander'

export const newSecret = (): string => `whsec_${randomBytes(32).toString('base64')}`

export function secretOption(text: string): string {
  const [, base64 = ''] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? []
  const { length } = Buffer.from(base64, 'base64')
  if (length >= 24 && length <= 64) return text
  throw new InvalidArgumentError('Write whsec_ and 24 to 64 bytes in Base64.')
}

/** The same whenever this event is sent, so that a receiver can be seen to pass over the second. */
export const messageId = (channel: string, { id, sequence }: ChannelEvent): string =>
  `msg_${createHash('sha256').update(`${channel}\n${sequence}\n${id}`).digest('hex').slice(0, 32)}`

/** The headers of a Standard Webhook (1.0.0) with a CloudEvent as its body. */
export function signedHeaders(
  secret: string,
  id: string,
  body: Uint8Array,
  now: number,
): Readonly<Record<string, string>> {
  const seconds = Math.floor(now / 1_000)
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64')
  const signature = createHmac('sha256', key).update(`${id}.${seconds}.`).update(body)
  return {
    'content-type': 'application/cloudevents+json; charset=utf-8',
    'user-agent': 'buzzer-listen',
    'webhook-id': id,
    'webhook-timestamp': String(seconds),
    'webhook-signature': `v1,${signature.digest('base64')}`,
  }
}
