import type { Database } from '../database.ts'
import type { EndpointBook } from './endpoint-book.ts'

/**
 * Writes down what there is to fan out, in the transaction in which it happened: one row for each
 * channel that somebody subscribes to, whatever the number of its events.
 */
export interface FanOutLog {
  note(channel: MovedChannel, first: number, last: number): void
  /** On the channel of a batch; only where the batch has a callback. */
  noteBatch(batch: string, channel: number, first: number, last: number): void
  /**
   * Up to which offset events may be removed as far as the cursor is concerned.
   *
   * @param bound up to where the channel's own bound would remove them
   */
  releasedTo(channel: number, bound: number): number
}

interface MovedChannel {
  readonly id: number
  readonly tenant: string
  readonly name: string
}

/** How many events wait for the cursor beyond the bounds of their channel. */
const waitAtMost = 10_000

export function createFanOutLog(db: Database, book: Pick<EndpointBook, 'isSubscribed'>): FanOutLog {
  const insert = db.prepare('INSERT INTO fan_out (channel, first, last) VALUES (?, ?, ?)')
  const hasCallback = db.prepare('SELECT 1 FROM callbacks WHERE id = ?')
  const readFirst = db.prepare('SELECT first FROM fan_out WHERE channel = ? ORDER BY first LIMIT 1')

  return {
    note({ id, tenant, name }, first, last) {
      if (book.isSubscribed(tenant, name)) insert.run(id, first, last)
    },
    noteBatch(batch, channel, first, last) {
      if (hasCallback.row(batch) !== undefined) insert.run(channel, first, last)
    },
    releasedTo(channel, bound) {
      const [first] = readFirst.row(channel) ?? []
      return typeof first === 'number' ? Math.max(first - 1, bound - waitAtMost) : Infinity
    },
  }
}
