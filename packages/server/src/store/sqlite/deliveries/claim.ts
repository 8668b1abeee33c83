import type { DeliveryId } from '@buzzer/contract'
import { maxLeasesLost } from '../../../core/lease.ts'
import type {
  ClaimedDelivery,
  DeliveryClaim,
  DeliveryClaims,
  GivenUp,
  LaneWant,
} from '../../../ports/deliveries.ts'
import type { Codec } from '../codec.ts'
import type { Row } from '../database.ts'
import { opcode } from '../opcode.ts'
import type { Handler, Parts } from '../parts.ts'
import type { Pack, Unpack } from '../wire.ts'
import { createBudget, type Budget } from './budget.ts'
import { decodeCallback } from './callbacks.ts'
import { deliveryState, targetOf } from './delivery-row.ts'
import { createGiveUp } from './give-up.ts'
import { createReadHead } from './lanes.ts'

/** A claim ends with the body that reaches so many characters; what is left is asked for again. */
const claimCharacters = 4_194_304

/** What the claimed row, its message and its callback say; null for a message that is missing. */
const columns = `deliveries.id, state, due_at, target, message, attempts, step, fence, created_at,
  messages.tenant, channel, offset, event_id, type, at, body, url, callbacks.events, secret, leases_lost`

const joined = `LEFT JOIN messages ON messages.id = message
  LEFT JOIN callbacks ON callbacks.id = target`

/** Takes what is due of each lane that was asked for, along the index by lane and place. */
export function createClaimDeliveries(parts: Parts): Handler {
  const { db, clock } = parts
  const findDue = createFindDue(parts)
  const findFirst = createFindFirst(parts)
  const take = createTake(parts)
  const readHead = createReadHead(db)

  return {
    writes: true,
    run(input, output) {
      const now = clock.now()
      const wants = readWants(input)
      const budget = createBudget(Infinity, claimCharacters)
      for (const want of wants) {
        const found = want.ordered ? findFirst(want, now, budget) : findDue(want, now, budget)
        for (const row of found) take(row, want, now, output)
      }
      output.value(reply.end)
      for (const { lane } of wants) output.value(readHead(lane))
    },
  }
}

type Find = (want: LaneWant, now: number, budget: Budget) => readonly Row[]

/** Where a lane goes by time: from its beginning up to now. */
function createFindDue({ db }: Parts): Find {
  const read = db.prepare(
    `SELECT ${columns} FROM deliveries INDEXED BY deliveries_open ${joined}
     WHERE lane = ? AND state < 3 AND rank <= ? ORDER BY rank, deliveries.id LIMIT ?`,
  )
  const place = db.prepare('UPDATE deliveries SET rank = due_at WHERE id = ?')

  return ({ lane, max }, now, budget) => {
    const found: Row[] = []
    const misplaced: string[] = []
    for (const row of budget.isSpent() ? [] : read.scan(lane, now, max)) {
      // It stands by its age, from when its lane was an ordered one.
      if ((row[2] as number) > now) misplaced.push(row[0] as string)
      else found.push(row)
      budget.spend(bodyLength(row))
      if (budget.isSpent()) break
    }
    for (const id of misplaced) place.run(id)
    return found
  }
}

/** Where it is ordered: the first one or nothing. */
function createFindFirst({ db }: Parts): Find {
  const read = db.prepare(
    `SELECT ${columns} FROM deliveries INDEXED BY deliveries_open ${joined}
     WHERE lane = ? AND state < 3 ORDER BY rank, deliveries.id LIMIT 1`,
  )
  return ({ lane, max }, now, budget) => {
    if (max < 1 || budget.isSpent()) return []
    const row = read.row(lane)
    if (row === undefined || (row[2] as number) > now) return []
    budget.spend(bodyLength(row))
    return [row]
  }
}

const bodyLength = (row: Row): number => (typeof row[15] === 'string' ? row[15].length : 0)

function createTake(parts: Parts) {
  const { db, putApart, deliveryTally } = parts
  // One that is being sent can be claimed only when its lease was lost.
  const update = db.prepare(
    `UPDATE deliveries SET state = ${deliveryState.sending}, fence = fence + 1, due_at = ?,
       leases_lost = leases_lost + (state = ${deliveryState.sending}),
       rank = CASE WHEN ? THEN rank ELSE ? END WHERE id = ?`,
  )
  const giveUp = createGiveUp(parts)
  return (row: Row, { lane, ordered, leaseMs }: LaneWant, now: number, output: Pack): void => {
    const [id, state] = row as readonly [string, number, ...Row]
    if (state === deliveryState.scheduled) deliveryTally.add(-1)
    if (row[9] === null) return putApart('deliveries', row, 'Its message is missing.')
    const lost = leasesLost(row)
    if (lost > maxLeasesLost) return writeGivenUp(output, giveUp(row, lost, now))
    const leaseUntil = now + leaseMs
    update.run(leaseUntil, ordered ? 1 : 0, leaseUntil, id)
    output.value(reply.claimed)
    output.value(lane)
    output.value(leaseUntil)
    for (const value of row) output.value(value)
  }
}

/** With the one that this claim finds. */
const leasesLost = (row: Row): number =>
  (row[19] as number) + (row[1] === deliveryState.sending ? 1 : 0)

// ── How it crosses to the thread ─────────────────────────────────────────────────────────────

/** What comes next in the answer. */
const reply = { end: 0, claimed: 1, givenUp: 2 } as const

const readWants = (input: Unpack): readonly LaneWant[] =>
  Array.from({ length: input.number() }, () => ({
    lane: input.text(),
    max: input.number(),
    ordered: input.number() === 1,
    leaseMs: input.number(),
  }))

/** The order of `columns`. */
function readClaimed(input: Unpack): ClaimedDelivery {
  const lane = input.text()
  const leaseUntil = input.number()
  const id = input.text() as DeliveryId
  // What its state and its due time were before.
  input.value()
  input.value()
  const target = targetOf(input.text())
  const message = input.number()
  const attempts = input.number()
  const step = input.number()
  const fence = input.number() + 1
  const createdAt = input.number()
  const tenant = input.text()
  const life = { id, tenant, target, lane, message, createdAt, attempts, step, fence }
  const claimed: ClaimedDelivery = {
    delivery: { ...life, state: 'sending', leaseUntil },
    message: {
      channel: input.text(),
      offset: input.number(),
      eventId: input.text(),
      type: input.text(),
      at: input.number(),
      body: input.textOrNull(),
    },
    callback: readCallback(input),
  }
  // Of the leases that it lost only the store keeps count.
  input.value()
  return claimed
}

function writeGivenUp(output: Pack, { id, tenant, target, leasesLost: lost }: GivenUp): void {
  output.value(reply.givenUp)
  output.value(id)
  output.value(tenant)
  output.value(target.id)
  output.value(lost)
}

const readGivenUp = (input: Unpack): GivenUp => ({
  id: input.text() as DeliveryId,
  tenant: input.text(),
  target: targetOf(input.text()),
  leasesLost: input.number(),
})

function readCallback(input: Unpack): ClaimedDelivery['callback'] {
  const url = input.textOrNull()
  const events = input.numberOrNull()
  const secret = input.textOrNull()
  return url === null || events === null ? null : decodeCallback(url, events, secret)
}

export const claimDeliveriesCodec: Codec<DeliveryClaim, DeliveryClaims> = {
  code: opcode.claimDeliveries,
  write(output, { wants }) {
    output.value(wants.length)
    for (const { lane, max, ordered, leaseMs } of wants) {
      output.value(lane)
      output.value(max)
      output.value(ordered ? 1 : 0)
      output.value(leaseMs)
    }
  },
  read(input, { wants }) {
    const claimed: ClaimedDelivery[] = []
    const givenUp: GivenUp[] = []
    for (let next = input.number(); next !== reply.end; next = input.number()) {
      if (next === reply.claimed) claimed.push(readClaimed(input))
      else givenUp.push(readGivenUp(input))
    }
    return {
      claimed,
      givenUp,
      lanes: wants.map(({ lane }) => ({ lane, dueAt: input.numberOrNull() })),
    }
  },
}
