import type { EndpointId } from '@buzzer/contract'
import { sharedTenant } from '../../core/channel.ts'
import { endpointsTopic, type Bus } from '../../ports/bus.ts'
import type { Endpoints } from '../../ports/endpoints.ts'
import type { Log } from '../../ports/log.ts'
import type { Sealer } from '../../ports/sealer.ts'
import { createSubscriber, type Subscriber } from './subscriber.ts'

/** The endpoints, as this node knows them. */
export interface Subscribers extends Disposable {
  /** Reads them anew. */
  refresh(): Promise<void>
  /** Reads them anew if they are older than that. */
  atLeast(revision: number): Promise<void>
  find(id: EndpointId): Subscriber | null
  /** Those that an event of this channel may be for. */
  of(tenant: string, channel: string): readonly Subscriber[]
  /** Whether there are any; of a channel that tenants have in common, of any of them. */
  isWatched(tenant: string, channel: string): boolean
}

export interface SubscriberParts {
  readonly store: { readonly endpoints: Pick<Endpoints, 'list'> }
  readonly bus: Bus
  readonly sealer: Sealer
  readonly log: Log
}

/** Names of channels come from outside and may be different ones for ever. */
const rememberedChannels = 10_000
const none: readonly Subscriber[] = []

export function createSubscribers({ store, bus, sealer, log }: SubscriberParts): Subscribers {
  let known = new Map<string, Subscriber>()
  let revision = -1
  const remembered = new Map<string, readonly Subscriber[]>()
  let reading: Promise<void> | null = null

  const read = async (): Promise<void> => {
    const list = await store.endpoints.list()
    // Settings that did not change keep what was made of them.
    known = new Map(
      list.endpoints.map((endpoint) => {
        const before = known.get(endpoint.id)
        const isSame = before?.endpoint.version === endpoint.version
        return [endpoint.id, isSame ? before : createSubscriber(endpoint, sealer)]
      }),
    )
    revision = list.revision
    remembered.clear()
  }

  /** One that was asked for while another read was under way may have missed the last change. */
  const refresh = async (): Promise<void> => {
    await reading?.catch(() => undefined)
    reading ??= read().finally(() => (reading = null))
    await reading
  }

  const of = (tenant: string, channel: string): readonly Subscriber[] => {
    if (known.size === 0) return none
    const key = `${tenant}\n${channel}`
    const found = remembered.get(key)
    if (found !== undefined) return found
    const fitting = [...known.values()].filter((each) =>
      each.isFor(tenant === sharedTenant ? each.endpoint.tenant : tenant, channel),
    )
    if (remembered.size >= rememberedChannels) remembered.clear()
    remembered.set(key, fitting)
    return fitting
  }

  const unsubscribe = bus.subscribe(endpointsTopic, () => {
    refresh().catch((fault: unknown) => log.warn({ err: fault }, 'the webhooks are not read anew'))
  })

  return {
    refresh,
    async atLeast(asked) {
      if (revision < asked) await refresh()
    },
    find: (id) => known.get(id) ?? null,
    of,
    isWatched: (tenant, channel) => of(tenant, channel).length > 0,
    [Symbol.dispose]: unsubscribe,
  }
}
