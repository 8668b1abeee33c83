import type { IdSource } from '@buzzer/contract'
import type { Clock } from '../../ports/clock.ts'
import type { CountBatch } from './batch-tally.ts'
import type { BlobRows } from './blob-rows.ts'
import type { Log } from '../../ports/log.ts'
import type { Database } from './database.ts'
import type { DeadTally } from './dead-tally.ts'
import type { PutApart } from './deliveries/apart.ts'
import type { Callbacks } from './deliveries/callbacks.ts'
import type { DeliveryTally } from './deliveries/delivery-tally.ts'
import type { EndpointBook } from './deliveries/endpoint-book.ts'
import type { FanOutLog } from './deliveries/fan-out-log.ts'
import type { EventLog } from './events.ts'
import type { Idempotency } from './idempotency.ts'
import type { Mover } from './move.ts'
import type { KeyOrder } from './order.ts'
import type { PublishedLog } from './published.ts'
import type { Quarantine } from './quarantine.ts'
import type { Gates, Served } from './served.ts'
import type { Tally } from './tally.ts'
import type { Pack, Unpack } from './wire.ts'

/** What the commands share; made anew with each connection, but for `served`. */
export interface Parts {
  readonly db: Database
  readonly clock: Pick<Clock, 'now'>
  readonly log: Log
  readonly served: Served
  readonly tally: Tally
  readonly gates: Gates
  readonly keys: KeyOrder
  readonly events: EventLog
  readonly idempotency: Idempotency
  readonly mover: Mover
  readonly quarantine: Quarantine
  readonly blobRows: BlobRows
  readonly deadTally: DeadTally
  readonly countBatch: CountBatch
  readonly published: PublishedLog
  readonly ids: IdSource
  readonly book: EndpointBook
  readonly fanOutLog: FanOutLog
  readonly callbacks: Callbacks
  readonly deliveryTally: DeliveryTally
  readonly putApart: PutApart
}

/** Runs one kind of command against the database. */
export interface Handler {
  /** Whether it needs a write transaction now. */
  readonly writes: boolean | (() => boolean)
  /** Reads the command and writes the reply; may run again from the start if it throws. */
  run(input: Unpack, output: Pack): void
}

/** A command whose request and reply go as they are, for those that are not on the hot path. */
export const plain = <Request, Reply>(
  writes: Handler['writes'],
  run: (request: Request) => Reply,
): Handler => ({
  writes,
  run: (input, output) => {
    output.value(run(input.value() as Request))
  },
})
