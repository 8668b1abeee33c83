import type { DeliveryId } from '@buzzer/contract'
import type {
  DeliveryAnswer,
  DeliveryAttempt,
  DeliveryQuery,
  ListedDelivery,
  WholeDelivery,
} from '../../../ports/deliveries.ts'
import type { Page } from '../../../ports/page.ts'
import type { Database, Row } from '../database.ts'
import { idAfter, idBefore } from '../id-time.ts'
import { plain, type Handler, type Parts } from '../parts.ts'
import { decodeListed, joinedToDeliveries, listedColumns } from './delivery-row.ts'

export interface DeliveryRequest {
  readonly tenant: string
  readonly id: DeliveryId
}

export function createReadDelivery({ db }: Parts): Handler {
  const read = db.prepare(
    `SELECT ${listedColumns}, messages.body FROM deliveries ${joinedToDeliveries}
     WHERE deliveries.id = ? AND messages.tenant = ?`,
  )
  const readAttempts = db.prepare(
    `SELECT attempt, at, latency_ms, status, error, answer FROM delivery_attempts
     WHERE delivery = ? ORDER BY attempt`,
  )
  return plain(false, ({ tenant, id }: DeliveryRequest): WholeDelivery | null => {
    const row = read.row(id, tenant)
    if (row === undefined) return null
    const history = readAttempts.rows(id).map(decodeAttempt)
    return { ...decodeListed(row), body: row.at(-1) as string | null, history }
  })
}

const decodeAttempt = (row: Row): DeliveryAttempt => ({
  attempt: row[0] as number,
  at: row[1] as number,
  latencyMs: row[2] as number,
  status: row[3] as number | null,
  error: row[4] as string | null,
  answer: row[5] === null ? null : (JSON.parse(row[5] as string) as DeliveryAnswer),
})

/** How many rows one page looks at, so that a rare match cannot hold everything up. */
const looksAtMost = 1_000

/** Newest first. A page that found too little within its bound ends early, with a cursor. */
export function createListDeliveries({ db }: Parts): Handler {
  const walk = createWalk(db)
  return plain(false, (query: DeliveryQuery): Page<ListedDelivery> => {
    const items: ListedDelivery[] = []
    let looks = 0
    let last: string | null = null
    for (const row of walk(query)) {
      // Full, and there is something behind it.
      if (items.length >= query.limit) return { items, next: last }
      looks += 1
      last = row[0] as string
      const listed = decodeOrSkip(row)
      if (listed !== null && matches(listed, query)) items.push(listed)
    }
    return { items, next: looks >= looksAtMost ? last : null }
  })
}

/** Goes by the narrowest way that the query leaves. */
function createWalk(db: Database) {
  const statement = (from: string, where: string) =>
    db.prepare(
      `SELECT ${listedColumns} FROM ${from} ${joinedToDeliveries}
       WHERE ${where} deliveries.id > ? AND deliveries.id < ?
       ORDER BY deliveries.id DESC LIMIT ${looksAtMost}`,
    )
  const all = statement('deliveries', '')
  const toTarget = statement('deliveries INDEXED BY deliveries_target', 'target = ? AND')
  const aboutJob = statement(
    'deliveries',
    `deliveries.id IN (SELECT id FROM deliveries WHERE target = ?
       UNION SELECT deliveries.id FROM messages
         CROSS JOIN deliveries ON deliveries.message = messages.id WHERE messages.job = ?) AND`,
  )

  return (query: DeliveryQuery): Iterable<Row> => {
    const [from, to] = boundsOf(query)
    if (query.job !== null) return aboutJob.scan(query.job, query.job, from, to)
    return query.endpoint === null ? all.scan(from, to) : toTarget.scan(query.endpoint, from, to)
  }
}

function boundsOf({ createdAfter, createdBefore, cursor }: DeliveryQuery) {
  const from = createdAfter === null ? '' : idBefore(createdAfter, 'dlv')
  const to = createdBefore === null ? 'dlv_~' : idAfter(createdBefore, 'dlv')
  return [from, cursor !== null && cursor < to ? cursor : to] as const
}

/** A damaged row is put apart by whoever has to write it; a list goes on without it. */
function decodeOrSkip(row: Row): ListedDelivery | null {
  try {
    return decodeListed(row)
  } catch {
    return null
  }
}

/** What the way by which it was found leaves over. */
function matches({ delivery, message }: ListedDelivery, query: DeliveryQuery): boolean {
  const { endpoint, states, type, event, createdAfter, createdBefore } = query
  if (delivery.tenant !== query.tenant) return false
  if (endpoint !== null && delivery.target.id !== endpoint) return false
  if (states !== null && !states.includes(delivery.state)) return false
  if (type !== null && message.type !== type) return false
  if (event !== null && message.eventId !== event) return false
  if (createdAfter !== null && delivery.createdAt <= createdAfter) return false
  return createdBefore === null || delivery.createdAt < createdBefore
}
