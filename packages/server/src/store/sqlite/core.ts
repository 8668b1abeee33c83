import { createIdSource } from '@buzzer/contract'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import type { ServedOperation, Shares } from '../../ports/store.ts'
import { createAccept } from './accept.ts'
import { createAcceptBatch } from './accept-batch.ts'
import { createAudit } from './audit.ts'
import { createPutApart } from './deliveries/apart.ts'
import { createCallbacks } from './deliveries/callbacks.ts'
import { createDeliveryTally } from './deliveries/delivery-tally.ts'
import { createEndpointBook } from './deliveries/endpoint-book.ts'
import { createFanOutLog } from './deliveries/fan-out-log.ts'
import { createDeliveryHandlers } from './deliveries/handlers.ts'
import { createCountBatch } from './batch-tally.ts'
import { createBatchesOf, createCancelBatch, createReadBatch } from './batches.ts'
import { createClaim } from './claim.ts'
import {
  createForgetBlobs,
  createKnownBlobs,
  createListBlobs,
  createTrashedBlobs,
} from './blob-commands.ts'
import { createBlobRows } from './blob-rows.ts'
import { connect, type Place } from './connection.ts'
import type { Database } from './database.ts'
import {
  createChangeDefinitions,
  createDefinitionHistory,
  createListDefinitions,
  createReadDefinition,
} from './definitions.ts'
import {
  createDeadLetterGroups,
  createDiscardDeadLetters,
  createListDeadLetters,
  createRetryDeadLetters,
} from './dead-letters.ts'
import { createDeadTally } from './dead-tally.ts'
import { createDepths, createSurroundings } from './depths.ts'
import { createEventLog } from './events.ts'
import { createIdempotency } from './idempotency.ts'
import { createInspect } from './inspect.ts'
import { createList } from './list.ts'
import { createMover } from './move.ts'
import { createNote } from './note.ts'
import type { CommandName } from './opcode.ts'
import { createKeyOrder } from './order.ts'
import { plain, type Handler, type Parts } from './parts.ts'
import { createFailures, createInput, createPieces, createResult } from './payloads.ts'
import { createPublish, createReserve } from './publish.ts'
import { createPublishedLog } from './published.ts'
import { createQuarantine } from './quarantine.ts'
import { createListChannels, createReadEvents } from './read-events.ts'
import { createRead } from './read.ts'
import { createRenewal, type Renewal } from './renew.ts'
import { createRescue } from './rescue.ts'
import { createRetain } from './retain.ts'
import {
  createDueSchedules,
  createFireSchedule,
  createListSchedules,
  createSyncSchedules,
} from './schedules.ts'
import { loadSeed } from './seed.ts'
import { createFinish } from './finish.ts'
import { createGates, type Served } from './served.ts'
import { createSettle } from './settle.ts'
import { createCancel, createErase, createRetry } from './steer.ts'
import { createTally, type Follower } from './tally.ts'
import { createUseTicket } from './tickets.ts'

/** One connection with all that runs on it. */
export interface Core extends Disposable {
  readonly db: Database
  readonly handlers: Readonly<Record<CommandName, Handler>>
  readonly renewal: Renewal
  /** What has to go back with a transaction. */
  readonly followers: readonly Follower[]
  /** Writes what was collected while a batch ran. */
  flush(): void
}

export interface CoreOptions {
  readonly place: Place
  readonly clock: Pick<Clock, 'now'>
  readonly random: Pick<Random, 'bytes'>
  readonly log: Log
  /** Outlives the connection. */
  readonly served: Served
}

export function openCore({ place, clock, random, log, served }: CoreOptions): Core {
  const db = connect(place)
  const tally = createTally(db)
  const keys = createKeyOrder(db, tally)
  const ids = createIdSource(
    () => clock.now(),
    (count) => random.bytes(count),
  )
  const countBatch = createCountBatch(db)
  const putApart = createPutApart({ db, clock, log })
  const book = createEndpointBook(db, putApart)
  const fanOutLog = createFanOutLog(db, book)
  const events = createEventLog({ db, ids, countBatch, fanOutLog })
  const seed = loadSeed(db, random)
  const idempotency = createIdempotency(db, seed)
  const published = createPublishedLog(db, seed, fanOutLog)
  const deadTally = createDeadTally(db)
  const deliveryTally = createDeliveryTally(db)
  const callbacks = createCallbacks(db, clock)
  const mover = createMover({ db, tally, keys, events, deadTally, callbacks })
  const gates = createGates(served, tally)
  const quarantine = createQuarantine({ db, clock, log, tally, keys, deadTally })
  const parts: Parts = {
    db,
    clock,
    log,
    served,
    tally,
    gates,
    keys,
    events,
    idempotency,
    mover,
    quarantine,
    blobRows: createBlobRows(db, clock),
    deadTally,
    countBatch,
    published,
    ids,
    putApart,
    book,
    fanOutLog,
    callbacks,
    deliveryTally,
  }
  return {
    db,
    handlers: createHandlers(parts),
    renewal: createRenewal(db, served, clock),
    followers: [tally, events, published, idempotency, deadTally, deliveryTally, book],
    flush() {
      events.flush()
      published.flush()
      idempotency.flush()
    },
    [Symbol.dispose]: () => db[Symbol.dispose](),
  }
}

const createHandlers = (parts: Parts): Readonly<Record<CommandName, Handler>> => ({
  accept: createAccept(parts),
  settle: createSettle(parts),
  note: createNote(parts),
  claim: createClaim(parts),
  inspect: createInspect(parts),
  serve: createServe(parts),
  read: createRead(parts),
  list: createList(parts),
  cancel: createCancel(parts),
  retry: createRetry(parts),
  erase: createErase(parts),
  surroundings: createSurroundings(parts),
  input: createInput(parts),
  result: createResult(parts),
  pieces: createPieces(parts),
  failures: createFailures(parts),
  rescue: createRescue(parts),
  retain: createRetain(parts),
  depths: createDepths(parts),
  audit: createAudit(parts),
  ping: createPing(parts),
  knownBlobs: createKnownBlobs(parts),
  listBlobs: createListBlobs(parts),
  trashedBlobs: createTrashedBlobs(parts),
  forgetBlobs: createForgetBlobs(parts),
  listDeadLetters: createListDeadLetters(parts),
  deadLetterGroups: createDeadLetterGroups(parts),
  retryDeadLetters: createRetryDeadLetters(parts),
  discardDeadLetters: createDiscardDeadLetters(parts),
  listSchedules: createListSchedules(parts),
  dueSchedules: createDueSchedules(parts),
  syncSchedules: createSyncSchedules(parts),
  fireSchedule: createFireSchedule(parts),
  listDefinitions: createListDefinitions(parts),
  readDefinition: createReadDefinition(parts),
  definitionHistory: createDefinitionHistory(parts),
  changeDefinitions: createChangeDefinitions(parts),
  acceptBatch: createAcceptBatch(parts),
  readBatch: createReadBatch(parts),
  cancelBatch: createCancelBatch(parts),
  batchesOf: createBatchesOf(parts),
  readEvents: createReadEvents(parts),
  publish: createPublish(parts),
  reserve: createReserve(parts),
  listChannels: createListChannels(parts),
  useTicket: createUseTicket(parts),
  ...createDeliveryHandlers(parts),
  finish: createFinish(parts),
})

export interface ServeRequest {
  readonly node: string
  readonly terms: readonly ServedOperation[]
  readonly shares: Shares | null
}

const createServe = ({ served }: Parts): Handler =>
  plain(false, ({ node, terms, shares }: ServeRequest) => served.serve(node, terms, shares))

/** Writes one small row, so that a full disk is noticed before a caller meets it. */
function createPing({ db, clock }: Parts): Handler {
  const write = db.prepare('INSERT OR REPLACE INTO pings (id, at) VALUES (1, ?)')
  return plain(true, () => {
    write.run(clock.now())
    return null
  })
}
