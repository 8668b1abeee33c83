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
        const run = { ctx, heart, opened, socket, protocol, isAllowed, converse }
        all.set(opened, new OpenSocket(run))
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

interface Run extends Pick<Upgrade, 'socket' | 'protocol' | 'isAllowed' | 'converse'> {
  readonly ctx: HttpContext
  readonly heart: Heart
  readonly opened: WebSocket
}

/**
 * Ties a socket to what is said on it. A class, because there are many and most are quiet: closures
 * would each take room.
 */
class OpenSocket implements Wire, Living {
  readonly #ctx: HttpContext
  readonly #opened: WebSocket
  readonly #socket: Duplex
  readonly #protocol: SocketProtocol
  readonly #conversation: Conversation
  readonly #beat: ReturnType<Heart['add']>
  readonly #began: number
  readonly isAllowed: () => boolean

  constructor({ ctx, heart, opened, socket, protocol, isAllowed, converse }: Run) {
    this.#ctx = ctx
    this.#opened = opened
    this.#socket = socket
    this.#protocol = protocol
    this.isAllowed = isAllowed
    this.#began = ctx.clock.monotonic()
    this.#conversation = converse(this)
    this.#beat = heart.add(this)
    ctx.telemetry.socketOpened(protocol)
    this.#listen()
  }

  write(frames: Uint8Array): boolean {
    return !this.#isOpen() || this.#socket.write(frames)
  }

  pause(): void {
    this.#opened.pause()
  }

  resume(): void {
    this.#opened.resume()
  }

  close(code: number, reason: string): void {
    this.#conversation.end()
    // The other side's word on the close can be read only so.
    this.#opened.resume()
    this.#opened.close(code, reason)
  }

  ping(): void {
    if (this.#isOpen()) this.#opened.ping()
  }

  fullSince(): number | null {
    return this.#conversation.fullSince()
  }

  isReading(): boolean {
    return this.#conversation.isReading()
  }

  end(why: keyof typeof ends): void {
    if (why === 'too-slow') this.#ctx.telemetry.readerDropped()
    this.#ctx.log.info({ protocol: this.#protocol, why }, 'a socket is closed')
    const [code, reason] = ends[why]
    this.close(code, reason)
  }

  #listen(): void {
    const opened = this.#opened
    opened.on('message', (message, isBinary) => this.#onMessage(message as Buffer, isBinary))
    opened.on('ping', (data) => this.#onPing(data))
    opened.on('pong', () => this.#onControlFrame())
    opened.on('error', (fault) =>
      this.#ctx.log.debug({ err: fault, protocol: this.#protocol }, 'a socket is broken'),
    )
    this.#socket.on('drain', () => this.#conversation.drained())
    opened.once('close', (code) => this.#onClose(code))
  }

  #onMessage(message: Buffer, isBinary: boolean): void {
    this.#beat.heard()
    if (isBinary) this.close(closeCode.notText, 'Messages are text.')
    else this.#conversation.receive(message)
  }

  #onPing(data: Buffer): void {
    this.#onControlFrame()
    // Of several that wait only the last needs an answer (RFC 6455, section 5.5.3).
    if (this.#isOpen() && !this.#socket.writableNeedDrain) this.#opened.pong(data)
  }

  #onControlFrame(): void {
    this.#beat.heard()
    this.#beat.controlFrame()
  }

  #onClose(code: number): void {
    const { log, telemetry, clock } = this.#ctx
    const protocol = this.#protocol
    this.#beat[Symbol.dispose]()
    this.#conversation.end()
    telemetry.socketClosed(protocol)
    const tookMs = clock.monotonic() - this.#began
    log.debug({ protocol, code, tookMs }, 'a socket was closed')
  }

  #isOpen(): boolean {
    return this.#opened.readyState === WebSocket.OPEN
  }
}

const ends = {
  'too-slow': [closeCode.tooSlow, 'The reader was too slow; resume with its last cursor.'],
  'nothing-heard': [closeCode.nothingHeard, 'Nothing was heard.'],
  'credential-ended': [closeCode.credentialEnded, 'The credential has ended.'],
  'too-many-frames': [closeCode.tooManyFrames, 'Too many control frames.'],
} as const
