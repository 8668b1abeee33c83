import type { DeliveryId } from '@buzzer/contract'
import type {
  FanOutMove,
  FanOutPosition,
  FanOutStep,
  FanOutWritten,
  NewDelivery,
  NewMessage,
} from '../../../ports/fan-out.ts'
import type { Codec } from '../codec.ts'
import { opcode } from '../opcode.ts'
import type { Handler, Parts } from '../parts.ts'
import type { Pack, Unpack } from '../wire.ts'
import { deliveryState, isEndpoint } from './delivery-row.ts'

type DeliveryLine = Pick<NewDelivery, 'id' | 'lane' | 'rank' | 'dueAt' | 'leaseUntil'> & {
  readonly target: string
}

/** Writes deliveries with what they carry, and moves the cursor, in one command. */
export function createWriteFanOut(parts: Parts): Handler {
  const moveCursor = createMoveCursor(parts)
  const isWanted = createIsWanted(parts)
  const isErased = createIsErased(parts)
  const insertMessage = createInsertMessage(parts)
  const insertDelivery = createInsertDelivery(parts)

  const storeMessage = (input: Unpack, createdAt: number, isOver: boolean): readonly string[] => {
    const message = readMessage(input)
    const holdsJob = input.number() === 1
    const isGone = isOver || (holdsJob && isErased(message[6]))
    const skipped: string[] = []
    let stored: number | null = null
    for (const delivery of readDeliveries(input)) {
      if (isGone || !isWanted(delivery.target)) skipped.push(delivery.id)
      else insertDelivery(delivery, (stored ??= insertMessage(message)), createdAt)
    }
    return skipped
  }

  return {
    writes: true,
    run(input, output) {
      const move = readMove(input)
      // The cursor is elsewhere: the same step came twice, or another node was first.
      const isOver = move !== null && !moveCursor(move)
      const createdAt = input.number()
      const skipped: string[] = []
      for (let left = input.number(); left > 0; left -= 1) {
        skipped.push(...storeMessage(input, createdAt, isOver))
      }
      output.value(skipped.length)
      for (const id of skipped) output.value(id)
    },
  }
}

/** @returns how to move it; false where it does not stand where it is to be moved from */
function createMoveCursor({ db }: Parts): (move: FanOutMove) => boolean {
  const move = db.prepare(
    `UPDATE fan_out_state SET log = ?, offset = ?, changes = ?
     WHERE id = 1 AND log = ? AND offset = ? AND changes = ?`,
  )
  const removePassed = db.prepare('DELETE FROM fan_out WHERE seq < ?')
  const removeLast = db.prepare('DELETE FROM fan_out WHERE seq = ? AND last <= ?')
  const shorten = db.prepare('UPDATE fan_out SET first = ? WHERE seq = ? AND first <= ?')
  const removeChanges = db.prepare('DELETE FROM job_changes WHERE seq <= ?')
  return ({ from, to: { log, offset, changes } }) => {
    const moved = move.run(log, offset, changes, from.log, from.offset, from.changes)
    if (moved === 0) return false
    removePassed.run(log)
    if (removeLast.run(log, offset) === 0) shorten.run(offset + 1, log, offset)
    removeChanges.run(changes)
    return true
  }
}

function createIsWanted({ book, callbacks }: Parts): (target: string) => boolean {
  return (target) => (isEndpoint(target) ? book.find(target) : callbacks.find(target)) !== null
}

/** @returns whether a job that was there is gone without a trace, as only those are that were erased */
function createIsErased({ db }: Parts): (job: string | null) => boolean {
  const read = db.prepare(
    `SELECT 1 FROM jobs WHERE id = ? UNION ALL SELECT 1 FROM tombstones WHERE id = ?
     UNION ALL SELECT 1 FROM quarantine WHERE id = ? LIMIT 1`,
  )
  return (job) => job !== null && read.row(job, job, job) === undefined
}

type MessageLine = readonly [
  tenant: string,
  channel: string,
  offset: number,
  eventId: string,
  type: string,
  at: number,
  job: string | null,
  body: string,
]

function createInsertMessage({ db }: Parts): (message: MessageLine) => number {
  const insert = db.prepare(
    `INSERT INTO messages (tenant, channel, offset, event_id, type, at, job, body)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const readId = db.prepare('SELECT last_insert_rowid()')
  return (message) => {
    insert.run(...message)
    return readId.row()?.[0] as number
  }
}

function createInsertDelivery({ db, book, deliveryTally }: Parts) {
  const insert = db.prepare(
    `INSERT INTO deliveries
       (id, target, lane, message, state, attempts, step, fence, rank, due_at, created_at)
     VALUES (?, ?, ?, ?, ?, 0, 0, ?, ?, ?, ?)`,
  )
  const { scheduled, sending } = deliveryState
  const placeAtEnd = createPlaceAtEnd(db)
  return (delivery: DeliveryLine, message: number, createdAt: number): void => {
    const { id, target, lane, dueAt, leaseUntil } = delivery
    const isOrdered = book.find(target)?.ordered === true
    const rank = isOrdered ? placeAtEnd(delivery) : delivery.rank
    if (leaseUntil === null) {
      insert.run(id, target, lane, message, scheduled, 0, rank, dueAt, createdAt)
      deliveryTally.add(1)
      return
    }
    const place = isOrdered ? rank : leaseUntil
    insert.run(id, target, lane, message, sending, 1, place, leaseUntil, createdAt)
  }
}

/** In an ordered lane none goes before one that was written earlier, also where the clock was set back. */
function createPlaceAtEnd(db: Parts['db']): (delivery: DeliveryLine) => number {
  const readLast = db.prepare(
    `SELECT rank, id FROM deliveries INDEXED BY deliveries_open
     WHERE state < 3 AND lane = ? ORDER BY rank DESC, id DESC LIMIT 1`,
  )
  return ({ id, lane, rank }) => {
    const [lastRank, lastId] = readLast.row(lane) ?? []
    if (typeof lastRank !== 'number' || lastRank < rank) return rank
    return id > String(lastId) ? lastRank : lastRank + 1
  }
}

// ── How it crosses to the thread ─────────────────────────────────────────────────────────────

/** Stands for no move. */
const nowhere = -1

function readMove(input: Unpack): FanOutMove | null {
  const log = input.number()
  if (log === nowhere) return null
  return { from: readRest(log, input), to: readRest(input.number(), input) }
}

const readRest = (log: number, input: Unpack): FanOutPosition => ({
  log,
  offset: input.number(),
  changes: input.number(),
})

const readMessage = (input: Unpack): MessageLine => [
  input.text(),
  input.text(),
  input.number(),
  input.text(),
  input.text(),
  input.number(),
  input.textOrNull(),
  input.text(),
]

const readDeliveries = (input: Unpack): readonly DeliveryLine[] =>
  Array.from({ length: input.number() }, () => ({
    id: input.text() as DeliveryId,
    target: input.text(),
    lane: input.text(),
    rank: input.number(),
    dueAt: input.number(),
    leaseUntil: input.numberOrNull(),
  }))

function writeMessage(output: Pack, message: NewMessage): void {
  const { tenant, channel, offset, eventId, type, at, job, body, deliveries } = message
  for (const value of [tenant, channel, offset, eventId, type, at, job, body]) output.value(value)
  output.value(message.holdsJob ? 1 : 0)
  output.value(deliveries.length)
  for (const { id, target, lane, rank, dueAt, leaseUntil } of deliveries) {
    output.value(id)
    output.value(target.id)
    output.value(lane)
    output.value(rank)
    output.value(dueAt)
    output.value(leaseUntil)
  }
}

export const writeFanOutCodec: Codec<FanOutStep, FanOutWritten> = {
  code: opcode.writeFanOut,
  write(output, { move, createdAt, messages }) {
    if (move === null) output.value(nowhere)
    else {
      for (const { log, offset, changes } of [move.from, move.to]) {
        output.value(log)
        output.value(offset)
        output.value(changes)
      }
    }
    output.value(createdAt)
    output.value(messages.length)
    for (const message of messages) writeMessage(output, message)
  },
  read: (input) => ({
    skipped: Array.from({ length: input.number() }, () => input.text() as DeliveryId),
  }),
}
