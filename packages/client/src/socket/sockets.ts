import type { Parse } from '../answer.ts'
import type { Clock } from '../clock.ts'
import { createConnection, type Connection } from './connection.ts'
import type { SocketMaker } from './web-socket.ts'

/** What a subscription needs a socket for. */
export interface SocketTarget {
  readonly channel: string
  /** A job's own token, which then stands in place of the client's credential. */
  readonly token: string | null
}

/** The sockets of one client. Subscriptions share one wherever one credential opens them all. */
export interface Sockets {
  /**
   * Gives a connection, which may still have to open, and keeps it open until it is released.
   *
   * @throws what asking for a ticket throws
   */
  lease(target: SocketTarget): Promise<Lease>
}

export interface Lease {
  readonly connection: Connection
  /** The last one to leave closes the connection: a client holds none of its own. */
  release(): void
}

export interface SocketOptions {
  /** The server's address without a trailing slash; '' is the page's own. */
  readonly url: string
  readonly maker: SocketMaker
  readonly clock: Clock
  readonly parse: Parse
  /** The value of `Authorization`; null where there is none to be sent. */
  authorization(token: string | null): Promise<string | null>
  ticket(target: SocketTarget): Promise<string>
}

/** So many subscriptions a server allows on one socket. */
const maxSubscriptions = 1_000

interface Held {
  /** What tells sockets apart. */
  readonly name: string
  readonly connection: Promise<Connection>
  leases: number
}

export function createSockets(options: SocketOptions): Sockets {
  const held = new Set<Held>()

  const open = (target: SocketTarget, name: string, authorization: string | null): Held => {
    const forget = (): void => void held.delete(made)
    const connection = connect(options, target, authorization, forget)
    const made: Held = { name, connection, leases: 0 }
    held.add(made)
    connection.catch(forget)
    return made
  }
  const leave = (left: Held): void => {
    left.leases -= 1
    if (left.leases > 0) return
    held.delete(left)
    void left.connection.then(({ close }) => close()).catch(() => {})
  }

  return {
    async lease(target) {
      const authorization = await options.authorization(target.token)
      // A ticket opens one channel only, so there the channel tells sockets apart as well.
      const name = `${authorization} ${needsTicket(options, authorization) ? target.channel : ''}`
      const found =
        [...held].find((each) => each.name === name && each.leases < maxSubscriptions) ??
        open(target, name, authorization)
      found.leases += 1
      const release = once(() => leave(found))
      try {
        return { connection: await found.connection, release }
      } catch (error) {
        release()
        throw error
      }
    },
  }
}

const needsTicket = ({ maker }: SocketOptions, authorization: string | null): boolean =>
  authorization !== null && !maker.takesHeaders

async function connect(
  options: SocketOptions,
  target: SocketTarget,
  authorization: string | null,
  onEnd: () => void,
): Promise<Connection> {
  const hasTicket = needsTicket(options, authorization)
  const query = hasTicket ? `?ticket=${encodeURIComponent(await options.ticket(target))}` : ''
  const headers: Record<string, string> = authorization === null ? {} : { authorization }
  const socket = options.maker.make(socketUrl(options.url) + query, 'buzzer.v1', headers)
  const { clock, parse } = options
  return createConnection({ socket, clock, parse, onEnd })
}

function once(run: () => void): () => void {
  let isDone = false
  return () => {
    if (!isDone) run()
    isDone = true
  }
}

/** `new WebSocket` of older browsers takes neither http nor a path alone. */
function socketUrl(url: string): string {
  const { location } = globalThis as { readonly location?: { readonly href: string } }
  const absolute = location === undefined ? url : new URL(url || '/', location.href).href
  return `${absolute.replace(/^http/i, 'ws').replace(/\/+$/, '')}/v1/ws`
}
