import { createIdSource } from '@buzzer/contract'
import type { Clock } from '../../ports/clock.ts'
import type { Log } from '../../ports/log.ts'
import type { Random } from '../../ports/random.ts'
import type { ServedOperation } from '../../ports/store.ts'
import { createAccept } from './accept.ts'
import { createAudit } from './audit.ts'
import { createClaim } from './claim.ts'
import { connect, type Place } from './connection.ts'
import type { Database } from './database.ts'
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
import { createQuarantine } from './quarantine.ts'
import { createRead } from './read.ts'
import { createRenewal, type Renewal } from './renew.ts'
import { createRescue } from './rescue.ts'
import { createRetain } from './retain.ts'
import { loadSeed } from './seed.ts'
import { createGates, type Served } from './served.ts'
import { createSettle } from './settle.ts'
import { createCancel, createErase, createRetry } from './steer.ts'
import { createTally, type Follower } from './tally.ts'

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
  const events = createEventLog(db, ids)
  const idempotency = createIdempotency(db, loadSeed(db, random))
  const mover = createMover({ db, tally, keys, events })
  const gates = createGates(served, tally)
  const quarantine = createQuarantine({ db, clock, log, tally, keys })
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
  }
  return {
    db,
    handlers: createHandlers(parts),
    renewal: createRenewal(db, served, clock),
    followers: [tally, events, idempotency],
    flush() {
      events.flush()
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
})

export interface ServeRequest {
  readonly node: string
  readonly terms: readonly ServedOperation[]
}

const createServe = ({ served }: Parts): Handler =>
  plain(false, ({ node, terms }: ServeRequest) => served.serve(node, terms))

/** Writes one small row, so that a full disk is noticed before a caller meets it. */
function createPing({ db, clock }: Parts): Handler {
  const write = db.prepare('INSERT OR REPLACE INTO pings (id, at) VALUES (1, ?)')
  return plain(true, () => {
    write.run(clock.now())
    return null
  })
}
