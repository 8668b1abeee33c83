/** A WebSocket to Buzzer that comes back by itself. */
export interface Line {
  /** Sends a message of `buzzer.v1`; nothing where the line is down. */
  send(message: object): void
}

/** `waiting`: the line is down, and is tried again soon. */
export type LineState = 'connecting' | 'live' | 'waiting'

export interface LineOptions {
  /** It is up, for the first time or again. */
  onOpen(): void
  onMessage(message: unknown): void
  onState(state: LineState): void
}

/** A page does not see the pings of the WebSocket, so where it is quiet this long, it asks. */
const quietMs = 10_000
const answerMs = 5_000
const shortestWaitMs = 250
const longestWaitMs = 8_000

export function openLine({ onOpen, onMessage, onState }: LineOptions): Line {
  const url = new URL('/v1/ws', location.href)
  url.protocol = url.protocol.replace('http', 'ws')
  let socket: WebSocket | null = null
  let failures = 0
  let redial = 0
  let heart = 0

  const send = (message: object): void => {
    if (socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify(message))
  }
  const beat = (): void => {
    clearTimeout(heart)
    heart = setTimeout(() => {
      send({ type: 'ping' })
      heart = setTimeout(drop, answerMs)
    }, quietMs)
  }
  const lose = (): void => {
    socket = null
    clearTimeout(heart)
    clearTimeout(redial)
    onState('waiting')
    // Not all at once: others have lost theirs at the same moment.
    const spread = 0.5 + Math.random() / 2
    redial = setTimeout(dial, Math.min(longestWaitMs, shortestWaitMs * 2 ** failures) * spread)
    failures += 1
  }
  /** Gives a line up without waiting for the other end, which may never answer. */
  const drop = (): void => {
    const dead = socket
    if (dead === null) return
    lose()
    dead.close()
  }
  const dial = (): void => {
    clearTimeout(redial)
    const mine = new WebSocket(url, 'buzzer.v1')
    socket = mine
    mine.addEventListener('open', () => {
      if (socket !== mine) return
      failures = 0
      beat()
      onState('live')
      onOpen()
    })
    mine.addEventListener('message', ({ data }) => {
      if (socket !== mine) return
      beat()
      onMessage(JSON.parse(String(data)))
    })
    mine.addEventListener('close', () => {
      if (socket === mine) lose()
    })
  }

  addEventListener('offline', drop)
  addEventListener('online', () => {
    if (socket === null) dial()
  })
  onState('connecting')
  dial()
  return { send }
}
