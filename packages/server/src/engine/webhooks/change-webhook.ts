import type { EndpointId, Problem } from '@buzzer/contract'
import { withSecret, type Endpoint } from '../../core/endpoint.ts'
import { healthy } from '../../core/endpoint-health.ts'
import { liveLane, replayLane } from '../../core/lane.ts'
import { makeWebhookSecret } from '../../core/webhook-secret.ts'
import { endpointsTopic } from '../../ports/bus.ts'
import type { VersionTest } from '../../ports/registry.ts'
import type { EngineContext } from '../context.ts'
import type { Asker } from '../find.ts'
import { settingsOf, wishOf, type WebhookWish } from './webhook-wish.ts'

export type WebhookChanged =
  | {
      readonly kind: 'changed'
      readonly endpoint: Endpoint
      /** In plain, where it is a new one. */
      readonly secret: string | null
    }
  | { readonly kind: 'refused'; readonly problem: Problem }

export interface NewWebhookWish extends WebhookWish {
  /** Null for one of ours. */
  readonly secret: string | null
  /** The receiver is asked first whether it wants events. */
  readonly handshake: boolean
}

export async function createWebhook(
  ctx: EngineContext,
  { tenant }: Asker,
  wish: NewWebhookWish,
): Promise<WebhookChanged> {
  const rejected = await checkUrl(ctx, wish.url)
  if (rejected !== null) return refused(rejected)
  const agreed = wish.handshake ? await shakeHands(ctx, wish) : wish
  if ('code' in agreed) return refused(agreed)
  const id = ctx.ids.next('whk')
  const now = ctx.clock.now()
  const secret = wish.secret ?? makeWebhookSecret((count) => ctx.random.bytes(count))
  const endpoint: Endpoint = {
    id,
    tenant,
    settings: settingsOf(ctx.sealer, id, agreed),
    secrets: withSecret([], ctx.sealer.seal(secret, id), now),
    enabled: wish.enabled,
    disabled: wish.enabled ? null : { at: now, reason: 'request' },
    health: healthy,
    version: 1,
    createdAt: now,
    changedAt: now,
  }
  const created = await ctx.store.endpoints.create(endpoint)
  if (created === 'too-many') return refused(tooMany)
  await follow(ctx)
  return { kind: 'changed', endpoint, secret }
}

/** @param change makes of what there is what is to be, or says what is wrong with it */
export async function changeWebhook(
  ctx: EngineContext,
  asker: Asker,
  id: EndpointId,
  expects: VersionTest,
  change: (wish: WebhookWish) => WebhookWish | Problem,
): Promise<WebhookChanged> {
  return update(ctx, asker, id, expects, async (endpoint, now) => {
    const before = wishOf(ctx.sealer, endpoint)
    const wish = change(before)
    if ('code' in wish) return refused(wish)
    const rejected = wish.url === before.url ? null : await checkUrl(ctx, wish.url)
    if (rejected !== null) return refused(rejected)
    const made = settingsOf(ctx.sealer, id, wish)
    // What cannot be opened now is kept as it is, for when the server's key is the right one again.
    const isKept = wish.headers === before.headers
    const settings = isKept ? { ...made, sealedHeaders: endpoint.settings.sealedHeaders } : made
    return changed({ ...endpoint, settings, ...enabledness(endpoint, wish.enabled, now) })
  })
}

/** The secret before it signs for a day more, so that receivers can change theirs in between. */
export const rotateSecret = (
  ctx: EngineContext,
  asker: Asker,
  id: EndpointId,
  given: string | null,
): Promise<WebhookChanged> =>
  update(
    ctx,
    asker,
    id,
    () => true,
    (endpoint, now) => {
      const secret = given ?? makeWebhookSecret((count) => ctx.random.bytes(count))
      const secrets = withSecret(endpoint.secrets, ctx.sealer.seal(secret, id), now)
      return Promise.resolve(changed({ ...endpoint, secrets }, secret))
    },
  )

export async function removeWebhook(
  ctx: EngineContext,
  { tenant }: Asker,
  id: EndpointId,
  expects: VersionTest,
): Promise<Problem | null> {
  const endpoint = await ctx.store.endpoints.read(tenant, id)
  if (endpoint !== null && !expects(endpoint.version)) return movedOn
  const removed = await ctx.store.endpoints.remove(tenant, id)
  if (removed === 'unknown') return webhookNotFound
  await follow(ctx)
  return null
}

type Updated = (endpoint: Endpoint, now: number) => Promise<WebhookChanged>

const triesAtMost = 5

/** Somebody else may change it at the same time; what nobody expected otherwise is tried again. */
async function update(
  ctx: EngineContext,
  { tenant }: Asker,
  id: EndpointId,
  expects: VersionTest,
  make: Updated,
): Promise<WebhookChanged> {
  for (let tries = 0; tries < triesAtMost; tries += 1) {
    const endpoint = await ctx.store.endpoints.read(tenant, id)
    if (endpoint === null) return refused(webhookNotFound)
    if (!expects(endpoint.version)) return refused(movedOn)
    const now = ctx.clock.now()
    const made = await make(endpoint, now)
    if (made.kind === 'refused') return made
    const next = { ...made.endpoint, version: endpoint.version + 1, changedAt: now }
    const stored = await ctx.store.endpoints.change(next, endpoint.version)
    if (stored === 'unknown') return refused(webhookNotFound)
    if (stored === 'moved') continue
    await follow(ctx)
    // Whoever changes it may have mended it.
    for (const lane of [liveLane(id), replayLane(id)]) ctx.dispatch.trust(lane)
    return { ...made, endpoint: next }
  }
  return refused(movedOn)
}

function enabledness(
  endpoint: Endpoint,
  enabled: boolean,
  now: number,
): Pick<Endpoint, 'enabled' | 'disabled' | 'health'> {
  const { disabled, health } = endpoint
  if (enabled === endpoint.enabled) return { enabled, disabled, health }
  // What it did before it was mended says nothing of it any more.
  if (enabled)
    return { enabled, disabled: null, health: { ...healthy, lastSuccessAt: health.lastSuccessAt } }
  return { enabled, disabled: { at: now, reason: 'request' }, health }
}

/** What this node knows is as new as what it answers. */
async function follow(ctx: EngineContext): Promise<void> {
  await ctx.subscribers.refresh()
  ctx.bus.publish(endpointsTopic)
}

async function checkUrl(ctx: EngineContext, url: string): Promise<Problem | null> {
  const why = await ctx.deliveryChannel.whyNot(url)
  return why === null ? null : { code: 'endpoint-url-rejected', detail: why }
}

/** What its receiver allows is the rate that it gets. */
async function shakeHands(
  ctx: EngineContext,
  wish: NewWebhookWish,
): Promise<NewWebhookWish | Problem> {
  const { url, headers, policy } = wish
  const shaken = await ctx.handshake.ask({
    url,
    headers,
    ratePerMinute: policy.ratePerMinute,
    timeoutMs: policy.timeoutMs,
    signal: new AbortController().signal,
  })
  if (shaken.kind === 'refused') return { code: 'endpoint-url-rejected', detail: shaken.reason }
  const rates = [policy.ratePerMinute, shaken.ratePerMinute].filter((rate) => rate !== null)
  const ratePerMinute = rates.length === 0 ? null : Math.min(...rates)
  return { ...wish, policy: { ...policy, ratePerMinute } }
}

const changed = (endpoint: Endpoint, secret: string | null = null): WebhookChanged => ({
  kind: 'changed',
  endpoint,
  secret,
})

const refused = (problem: Problem): WebhookChanged => ({ kind: 'refused', problem })

export const webhookNotFound: Problem = {
  code: 'webhook-not-found',
  detail:
    'There is no webhook with this id. GET /v1/webhooks lists those that there are for this tenant.',
}

const movedOn: Problem = {
  code: 'precondition-failed',
  detail: 'The webhook was changed since. Read it again, and send the change with its new version.',
}

const tooMany: Problem = {
  code: 'overloaded',
  detail: 'There are so many webhooks that no new one is taken. Remove those that nobody needs.',
}
