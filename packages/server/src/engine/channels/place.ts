import { outcomeChannel, sharedTenant, webhooksChannel } from '../../core/channel.ts'
import { parseChannelName } from '../../core/channel-name.ts'
import type { Catalog, Channel } from '../../ports/catalog.ts'

/** A channel as the store knows it. */
export interface Place {
  readonly tenant: string
  /** As it is written everywhere: `quotes.ACME`, `operations/render`. */
  readonly name: string
}

export const keyOf = ({ tenant, name }: Place): string => `${tenant}\n${name}`

/** One that somebody may publish to. */
export interface DeclaredPlace extends Place {
  readonly kind: 'declared'
  readonly channel: Channel
}

/** The outcomes of an operation. */
export interface OutcomePlace extends Place {
  readonly kind: 'outcomes'
  readonly channel: null
}

/** What becomes of webhooks and their deliveries. */
export interface WebhooksPlace extends Place {
  readonly kind: 'webhooks'
  readonly channel: null
}

/** Who comes to a channel and who leaves. */
export interface PresencePlace extends Place {
  readonly kind: 'presence'
  readonly channel: Channel
}

export type ReadablePlace = DeclaredPlace | OutcomePlace | PresencePlace | WebhooksPlace

export const isDeclared = (place: ReadablePlace): place is DeclaredPlace =>
  place.kind === 'declared'

interface Asker {
  readonly tenant: string
}

/**
 * Finds the channel that a name stands for.
 *
 * @param text with dots or slashes
 * @returns null where there is none
 */
export function findPlace(catalog: Catalog, asker: Asker, text: string): ReadablePlace | null {
  const declared = findDeclared(catalog, asker, text)
  if (declared !== null) return declared
  const [first, ...segments] = parseChannelName(text) ?? []
  const rest = segments.join('.')
  if (first === 'operations') return findOutcomes(catalog, asker, rest)
  if (first === webhooksChannel && rest === '') return webhooksPlace(asker)
  return first === 'presence' ? findPresence(catalog, asker, rest) : null
}

/** The same place as it is declared now; null where it is another one, or none. */
export function asDeclared(catalog: Catalog, place: ReadablePlace): ReadablePlace | null {
  const now = findPlace(catalog, place, place.name)
  return now !== null && isSame(place, now) ? now : null
}

/** Whether what keeps its events, and for whom, is what it was. */
function isSame({ kind, channel }: ReadablePlace, now: ReadablePlace): boolean {
  return (
    now.kind === kind &&
    now.channel?.ephemeral === channel?.ephemeral &&
    now.channel?.shared === channel?.shared
  )
}

function findDeclared(catalog: Catalog, { tenant }: Asker, text: string): DeclaredPlace | null {
  const match = catalog.channel(text)
  if (match === null) return null
  const { channel, name } = match
  return { kind: 'declared', tenant: channel.shared ? sharedTenant : tenant, name, channel }
}

const webhooksPlace = ({ tenant }: Asker): WebhooksPlace => ({
  kind: 'webhooks',
  tenant,
  name: webhooksChannel,
  channel: null,
})

/** Names of operations have dots of their own. */
function findOutcomes(catalog: Catalog, { tenant }: Asker, name: string): OutcomePlace | null {
  const operation = catalog.operation(name)
  return operation === null
    ? null
    : { kind: 'outcomes', tenant, name: outcomeChannel(operation.name), channel: null }
}

function findPresence(catalog: Catalog, asker: Asker, name: string): PresencePlace | null {
  const place = findDeclared(catalog, asker, name)
  return place?.channel.presence === true ? presencePlace(place) : null
}

/** Comings and goings that are in memory for readers who were away. */
const presenceHistory = { count: 1_000, ageMs: null }

export const presencePlace = ({ tenant, name, channel }: DeclaredPlace): PresencePlace => ({
  kind: 'presence',
  tenant,
  name: `presence/${name}`,
  channel: {
    name: `presence/${channel.name}`,
    summary: null,
    history: presenceHistory,
    ephemeral: true,
    shared: channel.shared,
    presence: false,
    dataSchema: null,
    check: () => [],
  },
})
