import type { IdSource } from '@buzzer/contract'
import type { Bus } from '../ports/bus.ts'
import type { Catalog } from '../ports/catalog.ts'
import type { Clock } from '../ports/clock.ts'
import type { Log } from '../ports/log.ts'
import type { Random } from '../ports/random.ts'
import type { Retention, Store } from '../ports/store.ts'
import type { Telemetry } from '../ports/telemetry.ts'
import type { Held } from './held.ts'
import type { Slots } from './slots.ts'

/** What the engine stands on. */
export interface EngineParts {
  readonly store: Store
  readonly bus: Bus
  readonly clock: Clock
  readonly random: Random
  readonly ids: IdSource
  readonly catalog: Catalog
  readonly log: Log
  readonly telemetry: Telemetry
  /** This process, as leases name it. */
  readonly node: string
  /** Attempts that this node runs at the same time. */
  readonly slots: number
  readonly retention: Retention
}

/** The parts, and what the verbs share within this node. */
export interface EngineContext extends EngineParts {
  readonly free: Slots
  readonly held: Held
}
