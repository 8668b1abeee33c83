import { defaultDeliveryPolicy, type DeliveryPolicy } from '../../../core/delivery-policy.ts'
import type { Endpoint } from '../../../core/endpoint.ts'
import type { DeliveryQuery, ListedDelivery } from '../../../ports/deliveries.ts'
import type { Channel } from '../../../ports/catalog.ts'
import { isDeclared } from '../../channels/place.ts'
import { channel, draft } from '../../channels/testing/channels.ts'
import { operation } from '../../testing/operations.ts'
import { createReceivers, type Receivers } from '../../testing/receivers.ts'
import { asker, createSimulation, type Node, type Simulation } from '../../testing/simulation.ts'
import type { NewWebhookWish } from '../change-webhook.ts'

export interface WebhookWishes extends Partial<Omit<NewWebhookWish, 'policy'>> {
  readonly policy?: Partial<DeliveryPolicy>
}

/** A webhook for everything; its URL tells the receivers apart. */
export async function subscribe(
  { clock }: Simulation,
  { engine }: Node,
  { policy = {}, ...wish }: WebhookWishes = {},
): Promise<Endpoint> {
  const made = await clock.until(
    engine.webhooks.create(asker, {
      url: 'https://shop.example/hook',
      description: null,
      channels: ['*'],
      types: null,
      filter: null,
      headers: [],
      enabled: true,
      secret: null,
      handshake: false,
      ...wish,
      policy: { ...defaultDeliveryPolicy, ...policy },
    }),
  )
  if (made.kind === 'refused') throw new Error(made.problem.detail)
  return made.endpoint
}

export interface World extends AsyncDisposable {
  readonly simulation: Simulation
  readonly node: Node
  readonly receivers: Receivers
}

/** One node with an operation `render` and a channel for each `orders.{id}`. */
export async function openWorld(channels: readonly Channel[] = []): Promise<World> {
  const simulation = await createSimulation()
  const receivers = createReceivers(simulation.clock)
  const node = await simulation.start({
    operations: [operation()],
    channels: [channel({ name: 'orders.{id}' }), ...channels],
    receivers,
  })
  return {
    simulation,
    node,
    receivers,
    [Symbol.asyncDispose]: () => simulation[Symbol.asyncDispose](),
  }
}

export async function publish(
  { simulation: { clock } }: Pick<World, 'simulation'>,
  { engine }: Node,
  name: string,
  ...values: readonly unknown[]
): Promise<void> {
  const place = engine.channels.find(asker, name)
  if (place === null || !isDeclared(place)) throw new Error(`There is no ${name}.`)
  const drafts = values.map((value) => draft(value, { type: 'order.paid' }))
  const published = await clock.until(Promise.resolve(engine.channels.publish(place, drafts)))
  if (published.kind === 'refused') throw new Error(published.problem.detail)
}

/** All deliveries, the oldest first. */
export async function deliveriesOf(
  { clock }: Simulation,
  { engine }: Node,
  wish: Partial<DeliveryQuery> = {},
): Promise<readonly ListedDelivery[]> {
  const query = {
    tenant: asker.tenant,
    endpoint: null,
    states: null,
    type: null,
    event: null,
    job: null,
    createdAfter: null,
    createdBefore: null,
    limit: 1_000,
    cursor: null,
    ...wish,
  }
  return (await clock.until(engine.webhooks.deliveries.list(query))).items.toReversed()
}
