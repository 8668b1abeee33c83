import { createChannelPattern } from '../../../core/channel-pattern.ts'
import { sharedTenant } from '../../../core/channel.ts'
import type { EndpointSettings } from '../../../core/endpoint.ts'
import type { Database } from '../database.ts'
import { messageOf } from '../fault.ts'
import type { Follower } from '../tally.ts'
import type { PutApart } from './apart.ts'

/** Enabled endpoints, as far as it takes to know what somebody subscribes to. */
export interface EndpointBook extends Follower {
  /** Null for one that is disabled or gone. */
  find(id: string): KnownEndpoint | null
  /** Whether some endpoint subscribes to a channel; those in common belong to the shared tenant. */
  isSubscribed(tenant: string, channel: string): boolean
  /** Whose endpoints subscribe to it. */
  subscribers(tenant: string, channel: string): readonly string[]
  /** What decides any of this was changed in this transaction: the next look reads it anew. */
  changed(): void
}

export interface KnownEndpoint {
  readonly id: string
  readonly tenant: string
  readonly ordered: boolean
  readonly patterns: readonly ((channel: string) => boolean)[]
}

/** How many channels it remembers the answer for; any other is matched anew. */
const remembersAtMost = 10_000

export function createEndpointBook(db: Database, putApart: PutApart): EndpointBook {
  const read = db.prepare('SELECT id, tenant, settings FROM endpoints WHERE enabled = 1')
  const count = db.prepare('UPDATE fan_out_state SET revision = revision + 1')
  /** Null where it has to be read. */
  let known: ReadonlyMap<string, KnownEndpoint> | null = null
  const answers = new Map<string, readonly string[]>()

  const load = (): ReadonlyMap<string, KnownEndpoint> => {
    const loaded = new Map<string, KnownEndpoint>()
    for (const row of read.rows()) {
      try {
        const endpoint = decode(row[0] as string, row[1] as string, row[2] as string)
        loaded.set(endpoint.id, endpoint)
      } catch (error) {
        putApart('endpoints', row, messageOf(error))
      }
    }
    return loaded
  }

  const endpoints = () => (known ??= load())

  const forget = (): void => {
    known = null
    answers.clear()
  }

  const match = (tenant: string, channel: string): readonly string[] => {
    const tenants = new Set<string>()
    for (const endpoint of endpoints().values()) {
      if (tenant !== sharedTenant && tenant !== endpoint.tenant) continue
      if (endpoint.patterns.some((fits) => fits(channel))) tenants.add(endpoint.tenant)
    }
    return [...tenants]
  }

  const subscribers = (tenant: string, channel: string): readonly string[] => {
    if (endpoints().size === 0) return []
    const key = `${tenant}\n${channel}`
    const answer = answers.get(key) ?? match(tenant, channel)
    if (answers.size >= remembersAtMost) answers.clear()
    answers.set(key, answer)
    return answer
  }

  return {
    find: (id) => endpoints().get(id) ?? null,
    isSubscribed: (tenant, channel) => subscribers(tenant, channel).length > 0,
    subscribers,
    changed() {
      count.run()
      forget()
    },
    mark: () => 0,
    // What was read within a transaction that is taken back may never have been.
    undo: forget,
    commit() {},
  }
}

function decode(id: string, tenant: string, text: string): KnownEndpoint {
  const { channels, policy } = JSON.parse(text) as EndpointSettings
  return { id, tenant, ordered: policy.ordered, patterns: channels.map(createChannelPattern) }
}
