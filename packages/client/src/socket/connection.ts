import type { Parse } from '../answer.ts'
import type { Clock } from '../clock.ts'
import { readMessage, type SocketMessage } from './message.ts'
import { isOpen, type WebSocketLike } from './web-socket.ts'

/** Gets what belongs to one subscription, and null once when the connection is over. */
export type Listener = (message: SocketMessage | null) => void

/** One WebSocket and the subscriptions on it. */
export interface Connection {
  /** Whether the handshake succeeded; never rejects. */
  readonly opened: Promise<boolean>
  /** Sends a message that gets an id of its own. @returns the id */
  subscribe(request: object, listener: Listener): string
  send(message: object): void
  /** Nothing with this id is listened to any more. */
  forget(id: string): void
  close(): void
}

/**
 * The server's own pings do not show in a browser. Where nothing has come for this long, we ask;
 * where then again nothing comes, the connection is dead, though nobody has closed it.
 */
const quietMs = 30_000

interface ConnectionParts {
  readonly socket: WebSocketLike
  readonly clock: Clock
  /** What reads its messages. */
  readonly parse: Parse
  /** Called once, when nothing can be sent on it any more. */
  readonly onEnd: () => void
}

export function createConnection({ socket, clock, parse, onEnd }: ConnectionParts): Connection {
  const listeners = new Map<string, Listener>()
  let count = 0
  let over = false
  let settle: (opened: boolean) => void = () => {}
  const opened = new Promise<boolean>((resolve) => (settle = resolve))

  const end = (): void => {
    if (over) return
    over = true
    onEnd()
    stopWatching()
    settle(false)
    const left = [...listeners.values()]
    listeners.clear()
    for (const tell of left) tell(null)
    socket.close()
  }
  const send = (message: object): void => {
    if (!over && isOpen(socket)) socket.send(JSON.stringify(message))
  }
  const { stop: stopWatching, heard } = watchSilence(clock, () => send({ type: 'ping' }), end)

  socket.addEventListener('open', () => settle(true))
  // What went wrong is not told to a page; the close that follows is all that counts.
  socket.addEventListener('error', () => {})
  socket.addEventListener('close', end)
  socket.addEventListener('message', ({ data }) => {
    heard()
    const message = readOr(end, () => readMessage(data, parse))
    if (message !== null) listeners.get(message.id)?.(message)
  })

  return {
    opened,
    subscribe(request, listener) {
      const id = `s${(count += 1)}`
      listeners.set(id, listener)
      send({ ...request, id })
      return id
    },
    send,
    forget: (id) => void listeners.delete(id),
    close: end,
  }
}

/** A peer that speaks nonsense is not this protocol's: the connection is given up. */
function readOr(giveUp: () => void, read: () => SocketMessage | null): SocketMessage | null {
  try {
    return read()
  } catch {
    giveUp()
    return null
  }
}

function watchSilence(clock: Clock, ask: () => void, giveUp: () => void) {
  let state: 'heard' | 'quiet' | 'asked' = 'heard'
  let cancel = (): void => {}
  const watch = (): void => {
    cancel = clock.after(quietMs, () => {
      if (state === 'asked') return giveUp()
      if (state === 'quiet') ask()
      state = state === 'quiet' ? 'asked' : 'quiet'
      watch()
    })
  }
  watch()
  return { stop: () => cancel(), heard: () => void (state = 'heard') }
}
