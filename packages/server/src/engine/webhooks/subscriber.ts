import { createChannelPattern } from '../../core/channel-pattern.ts'
import type { Endpoint } from '../../core/endpoint.ts'
import { createEventFilter, createTypeFilter } from '../../core/event-filter.ts'
import { readEventMapping, type EventMapping } from '../../core/event-mapping.ts'
import type { EventObject } from '../../core/event-place.ts'
import type { Sealer } from '../../ports/sealer.ts'
import { openEndpoint, type Opened } from './opened.ts'

/** An endpoint with what its settings mean. */
export interface Subscriber {
  readonly endpoint: Endpoint
  /** Whether events of this channel may be for it. */
  isFor(tenant: string, channel: string): boolean
  /** @param event read only where a filter asks for it */
  wants(type: string, event: () => EventObject): boolean
  /** Null for the CloudEvent as it is. */
  readonly mapping: EventMapping | null
  /** Null where the server's key is not the one that it was sealed with. */
  readonly opened: Opened | null
}

export function createSubscriber(endpoint: Endpoint, sealer: Sealer): Subscriber {
  const { channels, types, filter, mapping } = endpoint.settings
  const patterns = channels.map(createChannelPattern)
  const isType = createTypeFilter(types)
  const passes = filter === null ? null : createEventFilter(filter)
  return {
    endpoint,
    isFor: (tenant, channel) =>
      endpoint.enabled &&
      tenant === endpoint.tenant &&
      patterns.some((pattern) => pattern(channel)),
    wants: (type, event) => isType(type) && (passes === null || passes(event())),
    mapping: mapping === undefined ? null : mappingOf(mapping),
    opened: openEndpoint(sealer, endpoint),
  }
}

/** It was read when it was stored. */
function mappingOf(template: unknown): EventMapping | null {
  const read = readEventMapping(template)
  return read.kind === 'mapping' ? read.mapping : null
}
