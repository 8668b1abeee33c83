import type { IdSource } from '@buzzer/contract'
import type { AdmissionPolicy } from '../core/admission.ts'
import type { Bus } from '../ports/bus.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { DeliveryChannel } from '../ports/channel.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Sealer } from '../ports/sealer.ts'
import type { Retention, Shares, Store } from '../ports/store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Timetables } from '../ports/timetable.ts'
import type { Tracing } from '../ports/tracing.ts'
import type { WebhookHandshake } from '../ports/webhook-handshake.ts'
import type { Admission } from './admission.ts'
import type { Offsets } from './channels/offsets.ts'
import type { Tails } from './channels/tails.ts'
import type { Dispatch } from './dispatch/dispatch.ts'
import type { EventWriter } from './fan-out/event-writer.ts'
import type { Held } from './held.ts'
import type { Pressure } from './pressure.ts'
import type { Slots } from './slots.ts'
import type { Subscribers } from './webhooks/subscribers.ts'

/** What the engine stands on. */
export interface EngineParts {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  /** Calls back when what has come in by now was taken in. */
  readonly soon: (callback: () => void) => void
  readonly random: Random
  readonly ids: IdSource
  readonly catalog: Catalog
  readonly log: Log
  readonly telemetry: Telemetry
  /** Null where nobody wants to see where the time went. */
  readonly tracing: Tracing | null
  /** This process, as leases name it. */
  readonly node: string
  /** Attempts that this node runs at the same time. */
  readonly slots: number
  readonly retention: Retention
  /** What may wait of any operation before calls are refused. */
  readonly admissionBounds: AdmissionPolicy
  /** The share of its time, from 0 to 1, that this process has worked since it was last asked. */
  readonly busyShare: () => number
  /** How many turns tenants have where others have one. */
  readonly shares: Shares
  readonly timetables: Timetables
  /** How many dead letters of an operation are worth a warning; 0 for none. */
  readonly deadLetterAlert: number
  /** Keeps secrets of endpoints where they are stored. */
  readonly sealer: Sealer
  /** The way out for webhooks and callbacks. */
  readonly deliveryChannel: DeliveryChannel
  readonly handshake: WebhookHandshake
  readonly write: EventWriter
}

/** The parts, and what the verbs share within this node. */
export interface EngineContext extends EngineParts {
  readonly free: Slots
  readonly held: Held
  readonly admission: Admission
  readonly pressure: Pressure
  readonly tails: Tails
  readonly offsets: Offsets
  readonly subscribers: Subscribers
  readonly dispatch: Dispatch
}
