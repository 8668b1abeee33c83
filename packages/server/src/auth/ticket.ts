import { createHmac, hkdfSync, timingSafeEqual } from 'node:crypto'
import type { IdSource } from '@buzzer/contract'
import type { Ticket, Tickets } from '../ports/auth.ts'
import type { Clock } from '../ports/clock.ts'
import type { UsedTickets } from '../ports/tickets.ts'

export interface TicketParts {
  /** The server's key; changing it ends every ticket that was given. */
  readonly secret: Uint8Array
  readonly ids: IdSource
  readonly clock: Pick<Clock, 'now'>
  readonly used: UsedTickets
}

const prefix = 'bzt_'
const firstUseMs = 60_000
/** HMAC-SHA-256 in base64url. */
const seal = /^bzt_([\w-]{43})([\w-]{1,2000})$/

/**
 * What a ticket stands for is in it, under an HMAC, so that one that nobody uses costs nothing here.
 * Only the first use is written down: whether it came in time cannot be told from the ticket itself
 * when a browser comes back hours later with the same URL, perhaps after a restart, and a stamp that
 * the server could give back with the first answer is one that an EventSource has no way to keep.
 */
export function createTickets({ secret, ids, clock, used }: TicketParts): Tickets {
  const key = new Uint8Array(hkdfSync('sha256', secret, new Uint8Array(), 'buzzer tickets', 32))
  const sign = (text: string): Buffer => createHmac('sha256', key).update(text).digest()
  return {
    issue({ channel, tenant, client, byJobToken }) {
      const firstUseBy = clock.now() + firstUseMs
      const members = [ids.next('tkt'), firstUseBy, channel, tenant, client, byJobToken]
      const text = Buffer.from(JSON.stringify(members)).toString('base64url')
      return { text: prefix + sign(text).toString('base64url') + text, firstUseBy }
    },
    read(ticket) {
      const [, signature = '', text = ''] = seal.exec(ticket) ?? []
      const given = Buffer.from(signature, 'base64url')
      const expected = sign(text)
      if (given.length !== expected.length || !timingSafeEqual(given, expected)) return null
      return decode(text)
    },
    use: ({ id, firstUseBy }) => used.use(id, firstUseBy),
  }
}

/** What it says was written here, since the signature is right. */
function decode(text: string): Ticket {
  const members = JSON.parse(Buffer.from(text, 'base64url').toString('utf8')) as Members
  const [id, firstUseBy, channel, tenant, client, byJobToken] = members
  return { id, firstUseBy, channel, tenant, client, byJobToken }
}

type Members = readonly [
  id: string,
  firstUseBy: number,
  channel: string,
  tenant: string,
  client: string | null,
  byJobToken: boolean,
]
