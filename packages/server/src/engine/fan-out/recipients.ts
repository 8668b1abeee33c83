import type { EventObject } from '../../core/event-place.ts'
import { liveLane } from '../../core/lane.ts'
import type { Millis } from '../../core/time.ts'
import type { NewDelivery } from '../../ports/fan-out.ts'
import type { EngineContext } from '../context.ts'
import { leaseMs } from '../dispatch/lane-terms.ts'
import type { Subscriber } from '../webhooks/subscriber.ts'
import type { WrittenEvent } from './event-writer.ts'

/** To whom an event goes: for what happens now, whoever subscribes, at once. */
export interface Recipients {
  readonly subscribers: readonly Subscriber[]
  /** Left out for the live one of each. */
  readonly lane?: string
  /** Left out for now. */
  readonly dueAt?: Millis
}

/** The deliveries of one event to the endpoints that want it. */
export function deliveriesTo(
  ctx: EngineContext,
  { subscribers, ...when }: Recipients,
  written: WrittenEvent,
): readonly NewDelivery[] {
  const event = onceRead(written.text)
  return subscribers
    .filter((each) => each.wants(written.type, event))
    .map((each) => deliveryTo(ctx, each, when))
}

/** One to an endpoint, whatever it subscribes to. */
export function deliveryTo(
  ctx: EngineContext,
  { endpoint }: Subscriber,
  when: Omit<Recipients, 'subscribers'> = {},
): NewDelivery {
  const { policy } = endpoint.settings
  return newDelivery(ctx, {
    target: { kind: 'endpoint', id: endpoint.id },
    lane: when.lane ?? liveLane(endpoint.id),
    dueAt: (when.dueAt ?? ctx.clock.now()) + (policy.scheduleMs[0] ?? 0),
    isOrdered: policy.ordered,
    leaseMs: leaseMs(policy),
  })
}

interface DeliveryWish {
  readonly target: NewDelivery['target']
  readonly lane: string
  readonly dueAt: Millis
  readonly isOrdered: boolean
  readonly leaseMs: number
}

/** Where its lane has room for it now, it is stored as claimed by this node. */
export function newDelivery(ctx: EngineContext, wish: DeliveryWish): NewDelivery {
  const now = ctx.clock.now()
  const { target, lane, dueAt, isOrdered } = wish
  const isTaken = dueAt <= now && !isOrdered && ctx.dispatch.take(lane)
  return {
    id: ctx.ids.next('dlv'),
    target,
    lane,
    // In an ordered lane by age, whatever becomes of the waits.
    rank: isOrdered ? now : dueAt,
    dueAt,
    leaseUntil: isTaken ? now + wish.leaseMs : null,
  }
}

/** Reads it when it is asked for, and not twice. */
function onceRead(text: string): () => EventObject {
  let event: EventObject | null = null
  return () => (event ??= JSON.parse(text) as EventObject)
}
