import type { DeliveryId, EndpointId, Problem } from '@buzzer/contract'
import type { Endpoint } from '../../core/endpoint.ts'
import type { Deliveries, WholeDelivery } from '../../ports/deliveries.ts'
import type { VersionTest } from '../../ports/registry.ts'
import type { EngineContext } from '../context.ts'
import type { Asker } from '../find.ts'
import {
  changeWebhook,
  createWebhook,
  removeWebhook,
  rotateSecret,
  type NewWebhookWish,
  type WebhookChanged,
} from './change-webhook.ts'
import { replay, type Replay } from './replay.ts'
import {
  redeliver,
  redeliverFailed,
  type RedeliverMany,
  type SentAgain,
  type SentMany,
} from './send-again.ts'
import { testWebhook } from './test-webhook.ts'
import { wishOf, type WebhookWish } from './webhook-wish.ts'

interface Goal {
  readonly url: string
  readonly maxAttempts: number
}

/** What the edges ask of webhooks and of deliveries. */
export interface WebhookEngine {
  create(asker: Asker, wish: NewWebhookWish): Promise<WebhookChanged>
  /** All of the tenant, in the order of their ids, with their health as it is now. */
  list(asker: Asker): Promise<readonly Endpoint[]>
  read(asker: Asker, id: EndpointId): Promise<Endpoint | null>
  /** What was asked for when it was made or changed. */
  wishOf(endpoint: Endpoint): WebhookWish
  /** Where an endpoint of this tenant delivers, and how often that is tried; null for none. */
  goalOf(asker: Asker, id: EndpointId): Goal | null
  change(
    asker: Asker,
    id: EndpointId,
    expects: VersionTest,
    change: (wish: WebhookWish) => WebhookWish | Problem,
  ): Promise<WebhookChanged>
  remove(asker: Asker, id: EndpointId, expects: VersionTest): Promise<Problem | null>
  /** @param secret null for one of ours */
  rotateSecret(asker: Asker, id: EndpointId, secret: string | null): Promise<WebhookChanged>
  test(asker: Asker, id: EndpointId): Promise<SentAgain>
  readonly deliveries: Pick<Deliveries, 'list'>
  delivery(asker: Asker, id: DeliveryId): Promise<WholeDelivery | null>
  redeliver(asker: Asker, id: DeliveryId): Promise<SentAgain>
  redeliverFailed(asker: Asker, order: RedeliverMany): Promise<SentMany>
  replay(asker: Asker, order: Replay): Promise<SentMany>
  /** Why nothing may be delivered there; null where there is no reason. */
  whyNot(url: string): Promise<string | null>
}

export const createWebhookEngine = (ctx: EngineContext): WebhookEngine => ({
  create: (...args) => createWebhook(ctx, ...args),
  list: async ({ tenant }) =>
    (await ctx.store.endpoints.list()).endpoints.filter((each) => each.tenant === tenant),
  read: ({ tenant }, id) => ctx.store.endpoints.read(tenant, id),
  wishOf: (endpoint) => wishOf(ctx.sealer, endpoint),
  goalOf({ tenant }, id) {
    const endpoint = ctx.subscribers.find(id)?.endpoint
    if (endpoint?.tenant !== tenant) return null
    const { url, policy } = endpoint.settings
    return { url, maxAttempts: policy.scheduleMs.length }
  },
  change: (...args) => changeWebhook(ctx, ...args),
  remove: (...args) => removeWebhook(ctx, ...args),
  rotateSecret: (...args) => rotateSecret(ctx, ...args),
  test: (...args) => testWebhook(ctx, ...args),
  deliveries: ctx.store.deliveries,
  delivery: ({ tenant }, id) => ctx.store.deliveries.read(tenant, id),
  redeliver: (...args) => redeliver(ctx, ...args),
  redeliverFailed: (...args) => redeliverFailed(ctx, ...args),
  replay: (...args) => replay(ctx, ...args),
  whyNot: (url) => ctx.deliveryChannel.whyNot(url),
})
