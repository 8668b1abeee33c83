import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { WebSocket, WebSocketServer, type ServerOptions } from 'ws'
import type { HttpContext } from '../http/context.ts'
import type { SocketProtocol } from '../http/route.ts'
import { createHeart, type Heart, type Living } from './heart.ts'
import { closeCode, type Conversation, type Wire } from './wire.ts'

const messageBytes = 1_048_576
/** Of one message; a sender that makes more of them does so on purpose. */
const fragmentsAtMost = 1_024
/** Pieces in which one message may arrive. */
const chunksAtMost = 4_096
/** How long the other side has to agree to a close, in milliseconds. */
const closingMs = 2_000
/** The same at a shutdown, which has to end in time. */
const stoppingMs = 1_000
/** More are refused, because each takes memory. */
export const socketsAtMost = 50_000

/** A request that was let in. */
export interface Upgrade {
  readonly request: IncomingMessage
  readonly socket: Duplex
  /** What came behind the request already. */
  readonly head: Buffer
  readonly protocol: SocketProtocol
  /** Asked now and then: whether its caller may still do what it does. */
  readonly isAllowed: () => boolean
  readonly converse: (wire: Wire) => Conversation
}

/** All sockets of this node. */
export interface Sockets {
  count(): number
  open(upgrade: Upgrade): void
}

export function createSockets(ctx: HttpContext): Sockets {
  let opening: SocketProtocol = 'buzzer.v1'
  const options: BoundedOptions = {
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: messageBytes,
    maxFragments: fragmentsAtMost,
    maxBufferedChunks: chunksAtMost,
    closeTimeout: closingMs,
    autoPong: false,
    WebSocket: BoundedSocket,
    // It was looked for among those that are offered before the socket was let in.
    handleProtocols: () => opening,
  }
  const server = new WebSocketServer(options)
  const heart = createHeart(ctx.clock)
  const all = new Map<WebSocket, Wire>()

  ctx.stopping.addEventListener('abort', () => {
    for (const wire of all.values()) wire.close(closeCode.goingAway, 'It shuts down; come back.')
    ctx.clock.after(stoppingMs, () => {
      for (const socket of all.keys()) socket.terminate()
    })
  })

  return {
    count: () => all.size,
    open({ request, socket, head, protocol, isAllowed, converse }) {
      opening = protocol
      server.handleUpgrade(request, socket, head, (opened) => {
        all.set(opened, run(ctx, opened, socket, { heart, protocol, isAllowed, converse }))
        opened.once('close', () => all.delete(opened))
      })
    },
  }
}

/** The types of the library do not have all of its options yet. */
interface BoundedOptions extends ServerOptions<typeof BoundedSocket> {
  readonly maxFragments: number
  readonly maxBufferedChunks: number
  readonly closeTimeout: number
}

/** The library says 1008 of too many fragments; ours is a code of our own. */
class BoundedSocket extends WebSocket {
  override close(code?: number, data?: string | Buffer): void {
    const isBound = code === 1008 && data === undefined
    super.close(isBound ? closeCode.tooManyFrames : code, data)
  }
}

interface Run extends Pick<Upgrade, 'protocol' | 'isAllowed' | 'converse'> {
  readonly heart: Heart
}

/** Ties a socket to what is said on it. */
function run(
  ctx: HttpContext,
  opened: WebSocket,
  socket: Duplex,
  { heart, protocol, isAllowed, converse }: Run,
): Wire {
  const wire: Wire = {
    write: (frames) => opened.readyState !== WebSocket.OPEN || socket.write(frames),
    pause: () => opened.pause(),
    resume: () => opened.resume(),
    close(code, reason) {
      conversation.end()
      // The other side's word on the close can be read only so.
      opened.resume()
      opened.close(code, reason)
    },
  }
  const conversation = converse(wire)
  const living: Living = {
    ping: () => opened.readyState === WebSocket.OPEN && opened.ping(),
    fullSince: () => conversation.fullSince(),
    isReading: () => conversation.isReading(),
    isAllowed,
    end(why) {
      if (why === 'too-slow') ctx.telemetry.readerDropped()
      ctx.log.info({ protocol, why }, 'a socket is closed')
      const [code, reason] = ends[why]
      wire.close(code, reason)
    },
  }
  listen(ctx, { opened, socket, protocol, wire, conversation, beat: heart.add(living) })
  return wire
}

interface Parties extends Pick<Upgrade, 'protocol'> {
  readonly opened: WebSocket
  readonly socket: Duplex
  readonly wire: Wire
  readonly conversation: Conversation
  readonly beat: ReturnType<Heart['add']>
}

function listen({ log, telemetry, clock }: HttpContext, parties: Parties): void {
  const { opened, socket, protocol, wire, conversation, beat } = parties
  const began = clock.monotonic()
  telemetry.socketOpened(protocol)
  opened.on('message', (message, isBinary) => {
    beat.heard()
    if (isBinary) wire.close(closeCode.notText, 'Messages are text.')
    else conversation.receive(message as Buffer)
  })
  opened.on('ping', (data) => {
    beat.heard()
    beat.controlFrame()
    // Of several that wait only the last needs an answer (RFC 6455, section 5.5.3).
    if (opened.readyState === WebSocket.OPEN && !socket.writableNeedDrain) opened.pong(data)
  })
  opened.on('pong', () => {
    beat.heard()
    beat.controlFrame()
  })
  opened.on('error', (fault) => log.debug({ err: fault, protocol }, 'a socket is broken'))
  socket.on('drain', () => conversation.drained())
  opened.once('close', (code) => {
    beat[Symbol.dispose]()
    conversation.end()
    telemetry.socketClosed(protocol)
    log.debug({ protocol, code, tookMs: clock.monotonic() - began }, 'a socket was closed')
  })
}

const ends = {
  'too-slow': [closeCode.tooSlow, 'The reader was too slow; resume with its last cursor.'],
  'nothing-heard': [closeCode.nothingHeard, 'Nothing was heard.'],
  'credential-ended': [closeCode.credentialEnded, 'The credential has ended.'],
  'too-many-frames': [closeCode.tooManyFrames, 'Too many control frames.'],
} as const
