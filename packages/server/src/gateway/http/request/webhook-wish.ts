import type { JsonFilter, Problem } from '@buzzer/contract'
import { whyNoPattern } from '../../../core/channel-pattern.ts'
import { defaultDeliveryPolicy } from '../../../core/delivery-policy.ts'
import { readEventFilter } from '../../../core/event-filter.ts'
import { readEventMapping } from '../../../core/event-mapping.ts'
import type { Headers } from '../../../core/payload.ts'
import { whyNoSecret } from '../../../core/webhook-secret.ts'
import type { NewWebhookWish } from '../../../engine/webhooks/change-webhook.ts'
import type { WebhookWish } from '../../../engine/webhooks/webhook-wish.ts'
import type { Catalog } from '../../../ports/catalog.ts'
import { readDeliveryPolicy } from './delivery-policy.ts'
import { readMembers, type Members, type Refuse } from './json-object.ts'
import { readOwnHeaders } from './own-headers-of-webhook.ts'

const settings = [
  'url',
  'description',
  'channels',
  'types',
  'filter',
  'mapping',
  'headers',
  'policy',
  'enabled',
] as const

const longestUrl = 2_048
const longestText = 1_000
const mostPatterns = 100
/** Of a mapping as JSON, in characters. */
const longestMapping = 65_536
const typePattern = /^(?:[^\p{C}\s*]{1,255}\*?|\*)$/u

/** What holds where nothing is said. */
const nothingSaid: WebhookWish = {
  url: '',
  description: null,
  channels: ['*'],
  types: null,
  filter: null,
  headers: [],
  policy: defaultDeliveryPolicy,
  enabled: true,
}

/** Those that are declared. */
export type Channels = Pick<Catalog, 'channel'>

/** Reads what a webhook is to be made with. */
export const readNewWebhook = (members: Members, channels: Channels): NewWebhookWish | Problem =>
  readMembers(members, [...settings, 'secret', 'handshake'], (refuse) => ({
    ...readSettings(members, { before: nothingSaid, channels }, refuse),
    secret: readSecret(members['secret'], refuse),
    handshake: readFlag(members, 'handshake', false, refuse),
  }))

/** Reads all settings of a webhook; what is not said is as in a new one. */
export const readWholeWebhook = (
  { headers: masked }: WebhookWish,
  members: Members,
  channels: Channels,
): WebhookWish | Problem =>
  readMembers(members, settings, (refuse) =>
    readSettings(members, { before: nothingSaid, masked, channels }, refuse),
  )

/** Reads a JSON merge patch (RFC 7396) of the settings. */
export const readWebhookPatch = (
  before: WebhookWish,
  members: Members,
  channels: Channels,
): WebhookWish | Problem =>
  readMembers(members, settings, (refuse) => readSettings(members, { before, channels }, refuse))

/** Reads the body of a rotation. @returns null for a secret of ours */
export function readRotation(members: Members): { readonly secret: string | null } | Problem {
  return readMembers(members, ['secret'], (refuse) => ({
    secret: readSecret(members['secret'], refuse),
  }))
}

interface SettingsTerms {
  /** What counts where nothing is said. */
  readonly before: WebhookWish
  /** Whose values stand behind the masks that are shown of them; without it those before. */
  readonly masked?: Headers
  readonly channels: Channels
}

function readSettings(members: Members, terms: SettingsTerms, refuse: Refuse): WebhookWish {
  const { before, masked = before.headers, channels: declared } = terms
  const mapping = readMapping(members['mapping'], before.mapping, refuse)
  return {
    url: readUrl(members['url'], before.url, refuse),
    description: readDescription(members['description'], before.description, refuse),
    channels: readChannels(members['channels'], before.channels, declared, refuse),
    types: readTypes(members['types'], before.types, refuse),
    filter: readFilter(members['filter'], before.filter, refuse),
    ...(mapping === undefined ? {} : { mapping }),
    headers: readOwnHeaders(members['headers'], { before: before.headers, masked }, refuse),
    policy: readDeliveryPolicy(members['policy'], before.policy, refuse),
    enabled: readFlag(members, 'enabled', before.enabled, refuse),
  }
}

/** Whether it may be called is looked at apart; here, that there is one. */
function readUrl(value: unknown, before: string, refuse: Refuse): string {
  const url = value === undefined ? before : value
  if (typeof url === 'string' && url !== '' && url.length <= longestUrl) return url
  refuse('/url', `has to be the address of the receiver, of at most ${longestUrl} characters`)
  return before
}

function readDescription(value: unknown, before: string | null, refuse: Refuse): string | null {
  if (value === undefined) return before
  if (value === null || (typeof value === 'string' && value.length <= longestText)) return value
  refuse('/description', `has to be text of at most ${longestText} characters`)
  return before
}

function readChannels(
  value: unknown,
  before: readonly string[],
  declared: Channels,
  refuse: Refuse,
): readonly string[] {
  if (value === undefined) return before
  if (value === null) return nothingSaid.channels
  if (!isTexts(value) || value.length === 0 || value.length > mostPatterns) {
    refuse('/channels', `has to be a list of 1 to ${mostPatterns} patterns such as "orders.*"`)
    return before
  }
  for (const [index, text] of value.entries()) {
    const why = whyNoPattern(text) ?? whyNotKept(text, declared)
    if (why !== null) refuse(`/channels/${index}`, why)
  }
  return [...new Set(value)]
}

/** A pattern with wildcards may stand for others too, and a name has none. */
const whyNotKept = (text: string, declared: Channels): string | null =>
  declared.channel(text)?.channel.ephemeral === true
    ? 'is an ephemeral channel, whose events are not kept, so that there is nothing to deliver'
    : null

function readTypes(
  value: unknown,
  before: readonly string[] | null,
  refuse: Refuse,
): readonly string[] | null {
  if (value === undefined || value === null) return value === null ? null : before
  if (isTexts(value) && value.length >= 1 && value.length <= mostPatterns) {
    const wrong = value.findIndex((type) => !typePattern.test(type))
    if (wrong === -1) return [...new Set(value)]
    refuse(`/types/${wrong}`, 'has to be the type of an event, with `*` at its end for any rest')
  } else refuse('/types', `has to be a list of 1 to ${mostPatterns} types`)
  return before
}

function readFilter(value: unknown, before: JsonFilter | null, refuse: Refuse): JsonFilter | null {
  if (value === undefined || value === null) return value === null ? null : before
  const read = readEventFilter(value, '/filter')
  if (read.kind === 'filter') return value as JsonFilter
  for (const { pointer, detail } of read.errors) refuse(pointer, detail)
  return before
}

function readMapping(value: unknown, before: unknown, refuse: Refuse): unknown {
  if (value === undefined || value === null) return value === null ? undefined : before
  if (JSON.stringify(value).length > longestMapping) {
    refuse('/mapping', `is larger than ${longestMapping} characters`)
    return before
  }
  const read = readEventMapping(value, '/mapping')
  if (read.kind === 'mapping') return value
  for (const { pointer, detail } of read.errors) refuse(pointer, detail)
  return before
}

function readFlag(members: Members, name: string, before: boolean, refuse: Refuse): boolean {
  const value = members[name]
  if (value === undefined) return before
  if (typeof value === 'boolean') return value
  refuse(`/${name}`, 'has to be true or false')
  return before
}

function readSecret(value: unknown, refuse: Refuse): string | null {
  if (value === undefined || value === null) return null
  const text = typeof value === 'string' ? value : ''
  const why = whyNoSecret(text)
  if (why === null) return text
  refuse('/secret', why)
  return null
}

const isTexts = (value: unknown): value is readonly string[] =>
  Array.isArray(value) && value.every((each) => typeof each === 'string')
