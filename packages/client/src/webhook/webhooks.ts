import type {
  DeliveryDocument,
  DeliveryListDocument,
  NewWebhook,
  RedeliveredDocument,
  WebhookDocument,
  WebhookKeysDocument,
  WebhookListDocument,
  WebhookSettings,
} from '@buzzer/contract'
import type { CallOptions } from '../job-handle.ts'
import { readRemoved, type PageOptions } from '../jobs.ts'
import { once, query, request, withBody } from '../request.ts'
import type { ServerRequest, Transport } from '../transport.ts'
import { readDelivery, readDeliveries, type DeliveryFilter } from './deliveries.ts'
import {
  readCount,
  readKeys,
  readWebhook,
  readWebhooks,
  readWithSecret,
  type WithSecret,
} from './read-webhook.ts'

/** What is to be different; null takes something away, which brings its default back. */
export type WebhookChanges = {
  readonly [Name in keyof Omit<WebhookSettings, 'headers'>]?: WebhookSettings[Name] | null
} & { readonly headers?: Readonly<Record<string, string | null>> | null }

export interface ChangeOptions extends CallOptions {
  /** Only if the webhook is at this `version` still; else `precondition-failed`. */
  readonly version?: number | undefined
}

/** Which failed deliveries are tried again; all of them without any of it. */
export interface RedeliverOptions extends CallOptions {
  readonly after?: Date | undefined
  readonly before?: Date | undefined
  readonly type?: string | undefined
  /** Attempts a second. Default: 50. */
  readonly rate?: number | undefined
}

/** What is sent again, whether it was delivered or not. */
export interface ReplayOptions extends CallOptions {
  /** Inclusive. */
  readonly since: Date
  /** Exclusive. Default: now. */
  readonly until?: Date | undefined
  /** One of its channels. Default: all. */
  readonly channel?: string | undefined
  /** Attempts a second. Default: 50. */
  readonly rate?: number | undefined
}

/** Endpoints that events are POSTed to. Everything rejects with a `BuzzerError` where refused. */
export interface Webhooks {
  /** One page. */
  list(options?: PageOptions): Promise<WebhookListDocument>
  /** All pages, one after another, as they are read. */
  all(options?: PageOptions): AsyncGenerator<WebhookDocument, void>
  /**
   * Makes one.
   *
   * @returns it with its `secret`, which is not shown again
   * @throws BuzzerError `endpoint-url-rejected` where the server may not call that address
   */
  create(webhook: NewWebhook, options?: CallOptions): Promise<WithSecret>
  get(id: string, options?: CallOptions): Promise<WebhookDocument>
  /** Changes what is named, and leaves the rest as it is. */
  change(id: string, changes: WebhookChanges, options?: ChangeOptions): Promise<WebhookDocument>
  /** Changes everything: what is left out gets its default. */
  replace(id: string, settings: WebhookSettings, options?: ChangeOptions): Promise<WebhookDocument>
  /** Sends events to it again, also after it was disabled for its failures. */
  enable(id: string, options?: ChangeOptions): Promise<WebhookDocument>
  /** What waits for it fails, and it gets nothing new. */
  disable(id: string, options?: ChangeOptions): Promise<WebhookDocument>
  /** Deletes it with its secret; what waits for it is not sent any more. */
  delete(id: string, options?: CallOptions): Promise<void>
  /** Gives it another secret, the one given or a new one; the one before signs too for a day. */
  rotateSecret(
    id: string,
    options?: CallOptions & { readonly secret?: string | undefined },
  ): Promise<WithSecret>
  /** Sends it an event that was made for the purpose; `deliveries.get()` says how it went. */
  test(id: string, options?: CallOptions): Promise<DeliveryDocument>
  /** One page of what was sent to it, newest first. */
  deliveries(
    id: string,
    options?: Omit<DeliveryFilter, 'webhook' | 'job'> & PageOptions,
  ): Promise<DeliveryListDocument>
  /** Tries its failed deliveries again. @returns how many */
  redeliverFailed(id: string, options?: RedeliverOptions): Promise<RedeliveredDocument>
  /** Sends it what was on its channels in that time, as new deliveries. @returns how many */
  replay(id: string, options: ReplayOptions): Promise<RedeliveredDocument>
  /** The public keys that sign `v1a`, the present one first. */
  keys(options?: CallOptions): Promise<WebhookKeysDocument>
}

const pathOf = (id: string): string => `/v1/webhooks/${encodeURIComponent(id)}`

/** A change with a condition is sent once: sent again, it could fail for what it did itself. */
function changing(method: 'PATCH' | 'PUT', id: string, options: ChangeOptions): ServerRequest {
  if (options.version === undefined) return request(method, pathOf(id), options)
  const change = once(method, pathOf(id), options)
  change.headers.set('if-match', `"${options.version}"`)
  return change
}

export function createWebhooks(transport: Transport): Webhooks {
  const { send } = transport
  const list = (options: PageOptions = {}): Promise<WebhookListDocument> =>
    send(request('GET', `/v1/webhooks${query(options)}`, options), readWebhooks)
  const change: Webhooks['change'] = (id, changes, options = {}) => {
    const type = 'application/merge-patch+json'
    return send(withBody(changing('PATCH', id, options), changes, type), readWebhook)
  }
  // Sent once only: each of them starts something, and would start it again.
  const act = (id: string, verb: string, { signal, ...body }: CallOptions): ServerRequest => {
    const post = once('POST', `${pathOf(id)}/${verb}`, { signal })
    return Object.values(body).every((value) => value === undefined) ? post : withBody(post, body)
  }
  return {
    list,
    async *all(options = {}) {
      let page = await list(options)
      for (; ; page = await list({ ...options, cursor: page.next })) {
        yield* page.webhooks
        if (page.next === null) return
      }
    },
    // Sent once only: a second one would be another webhook, to which all goes twice.
    create: (webhook, options = {}) =>
      send(withBody(once('POST', '/v1/webhooks', options), webhook), readWithSecret),
    get: (id, options = {}) => send(request('GET', pathOf(id), options), readWebhook),
    change,
    replace: (id, settings, options = {}) =>
      send(withBody(changing('PUT', id, options), settings), readWebhook),
    enable: (id, options) => change(id, { enabled: true }, options),
    disable: (id, options) => change(id, { enabled: false }, options),
    delete: (id, options = {}) => send(request('DELETE', pathOf(id), options), readRemoved),
    rotateSecret: (id, options = {}) => send(act(id, 'rotate-secret', options), readWithSecret),
    test: (id, options = {}) => send(act(id, 'test', options), readDelivery),
    deliveries(id, options = {}) {
      const get = request('GET', `${pathOf(id)}/deliveries${query(options)}`, options)
      return send(get, readDeliveries)
    },
    redeliverFailed: (id, options = {}) =>
      send(withBody(once('POST', `${pathOf(id)}/redeliver`, options), orderOf(options)), readCount),
    replay: (id, options) => send(act(id, 'replay', options), readCount),
    keys: (options = {}) => send(request('GET', '/v1/webhook-keys', options), readKeys),
  }
}

/** All failed ones are asked for by an empty order. */
const orderOf = ({ signal: _, ...order }: RedeliverOptions): object => order
