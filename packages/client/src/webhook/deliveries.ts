import type {
  DeliveryDocument,
  DeliveryListDocument,
  DeliveryState,
  WholeDeliveryDocument,
} from '@buzzer/contract'
import { readJson } from '../answer.ts'
import { unexpected } from '../error.ts'
import type { CallOptions } from '../job-handle.ts'
import type { PageOptions } from '../jobs.ts'
import { once, query, request } from '../request.ts'
import type { Transport } from '../transport.ts'

/** Which deliveries; what is left out narrows nothing. */
export interface DeliveryFilter {
  readonly webhook?: string | undefined
  /** Callbacks about this job. */
  readonly job?: string | undefined
  readonly state?: DeliveryState | undefined
  /** Of the event. */
  readonly type?: string | undefined
  /** The event's id. */
  readonly event?: string | undefined
  readonly after?: Date | undefined
  readonly before?: Date | undefined
}

/** Events on their way to endpoints. Everything rejects with a `BuzzerError` where refused. */
export interface Deliveries {
  /** One page, newest first. */
  list(options?: DeliveryFilter & PageOptions): Promise<DeliveryListDocument>
  /** All pages, one after another, as they are read. */
  all(options?: DeliveryFilter & PageOptions): AsyncGenerator<DeliveryDocument, void>
  /** One with every attempt, and what is sent. */
  get(id: string, options?: CallOptions): Promise<WholeDeliveryDocument>
  /** Sends one again, with fresh attempts and the same `webhook-id`, delivered or failed. */
  redeliver(id: string, options?: CallOptions): Promise<DeliveryDocument>
}

export function createDeliveries({ send }: Transport): Deliveries {
  const path = (id: string): string => `/v1/deliveries/${encodeURIComponent(id)}`
  const list = (options: DeliveryFilter & PageOptions = {}): Promise<DeliveryListDocument> =>
    send(request('GET', `/v1/deliveries${query(options)}`, options), readDeliveries)
  return {
    list,
    async *all(options = {}) {
      let page = await list(options)
      for (; ; page = await list({ ...options, cursor: page.next })) {
        yield* page.deliveries
        if (page.next === null) return
      }
    },
    get: (id, options = {}) => send(request('GET', path(id), options), readWhole),
    // Sent once only: a second one would be sent to the receiver too.
    redeliver: (id, options = {}) =>
      send(once('POST', `${path(id)}/redeliver`, options), readDelivery),
  }
}

const isDelivery = (value: Partial<DeliveryDocument> | null): value is DeliveryDocument =>
  typeof value?.id === 'string' && typeof value.state === 'string'

export async function readDelivery(response: Response): Promise<DeliveryDocument> {
  const value = (await readJson(response)) as Partial<DeliveryDocument> | null
  if (isDelivery(value)) return value
  throw unexpected(response.status, 'The answer is not a delivery.')
}

async function readWhole(response: Response): Promise<WholeDeliveryDocument> {
  const delivery = (await readDelivery(response)) as Partial<WholeDeliveryDocument> &
    DeliveryDocument
  const { attempts, body = null } = delivery
  if (Array.isArray(attempts)) return { ...delivery, attempts, body }
  throw unexpected(response.status, 'The answer has no attempts.')
}

export async function readDeliveries(response: Response): Promise<DeliveryListDocument> {
  const { deliveries, next } = (await readJson(response)) as Partial<DeliveryListDocument>
  if (Array.isArray(deliveries) && deliveries.every(isDelivery))
    return { deliveries, next: next ?? null }
  throw unexpected(response.status, 'The answer is not a list of deliveries.')
}
