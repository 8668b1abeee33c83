import { outcomeChannel, sharedTenant } from '../../core/channel.ts'
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
  readonly channel: Channel
}

/** One that only Buzzer writes to: the outcomes of an operation. */
export interface OutcomePlace extends Place {
  readonly channel: null
}

export const isDeclared = (place: DeclaredPlace | OutcomePlace): place is DeclaredPlace =>
  place.channel !== null

/**
 * Finds the channel that a name stands for.
 *
 * @param text with dots or slashes
 * @returns null where there is none
 */
export function findPlace(
  catalog: Catalog,
  { tenant }: { readonly tenant: string },
  text: string,
): DeclaredPlace | OutcomePlace | null {
  const match = catalog.channel(text)
  if (match === null) return findOutcomes(catalog, tenant, text)
  const { channel, name } = match
  return { tenant: channel.shared ? sharedTenant : tenant, name, channel }
}

/** Names of operations have dots of their own. */
function findOutcomes(catalog: Catalog, tenant: string, text: string): OutcomePlace | null {
  const [first, ...segments] = parseChannelName(text) ?? []
  if (first !== 'operations') return null
  const operation = catalog.operation(segments.join('.'))
  return operation === null ? null : { tenant, name: outcomeChannel(operation.name), channel: null }
}
