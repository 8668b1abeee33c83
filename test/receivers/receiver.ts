import { createServer, type Server, type Socket } from 'node:net'
import { createServer as createSecureServer } from 'node:tls'
import type { Credentials } from './certificates.ts'

/** Serves one connection as badly as it likes. */
export type Serve = (socket: Socket) => void

/** What a delivery to it comes to, at an attempt. */
export interface Outcome {
  readonly kind: 'delivered' | 'failed'
  /** Of its answer; null where none counts. */
  readonly status: number | null
  /** In what is said of it to a person; null where it was delivered. */
  readonly reason: RegExp | null
  /** What it asks for; a pair is a range. Null where it asks for nothing that can be meant. */
  readonly retryAfterMs?: number | readonly [least: number, most: number]
  readonly gone?: true
  /** It is known only when the time of the attempt is over. */
  readonly isLate?: true
}

/** A receiver that does what none should. */
export interface Misbehaviour {
  readonly name: string
  readonly scheme?: 'https'
  readonly credentials?: Credentials
  /** What it sends is lost in the parser, and read until the time is over. */
  readonly isReadOn?: true
  /** For a new server each time, so that one can count. */
  serve(): Serve
  /** Of the first attempt, the second, and so on; the last one of all that follow. */
  readonly outcomes: readonly [Outcome, ...Outcome[]]
}

export interface Receiver extends AsyncDisposable {
  readonly url: string
  /** Sockets that were opened to it. */
  readonly connections: number
  /** How many of them are open. */
  readonly open: number
  /** What it got rid of, in bytes. */
  readonly written: number
}

/** Starts one on a port of its own, on 127.0.0.1. */
export async function startReceiver(misbehaviour: Misbehaviour): Promise<Receiver> {
  const { scheme = 'http', credentials } = misbehaviour
  const sockets = new Set<Socket>()
  const serve = misbehaviour.serve()
  let connections = 0
  let writtenBefore = 0
  const accept = (socket: Socket): void => {
    connections += 1
    sockets.add(socket)
    socket.on('error', () => socket.destroy())
    socket.on('close', () => {
      sockets.delete(socket)
      writtenBefore += socket.bytesWritten
    })
    serve(socket)
  }
  const server =
    credentials === undefined
      ? createServer(accept)
      : createSecureServer({ ...credentials }, accept).on('tlsClientError', () => {})
  const port = await listen(server)
  return {
    url: `${scheme}://127.0.0.1:${port}/hook`,
    get connections() {
      return connections
    },
    get open() {
      return sockets.size
    },
    get written() {
      return [...sockets].reduce((sum, socket) => sum + socket.bytesWritten, writtenBefore)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function listen(server: Server): Promise<number> {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  return address !== null && typeof address === 'object' ? address.port : 0
}

/** Calls back whenever the head of a request is complete; its body is read and left aside. */
export const onHead =
  (respond: (socket: Socket) => void): Serve =>
  (socket) => {
    let head = ''
    socket.on('data', (bytes: Buffer) => {
      head += bytes.toString('latin1')
      const isComplete = head.startsWith('POST ') && head.includes('\r\n\r\n')
      if (isComplete) respond(socket)
      if (isComplete || !'POST '.startsWith(head.slice(0, 5))) head = ''
    })
  }

export const respondWith = (text: string): Serve =>
  onHead((socket) => void socket.write(text, 'latin1'))

/** The lines of a head, and the empty one behind it. */
export const lines = (...all: readonly string[]): string => [...all, '', ''].join('\r\n')

/** Writes as fast as the other side reads, until it has had enough. */
export function flood(socket: Socket, piece: string | Buffer, times = Infinity): void {
  let left = times
  const write = (): void => {
    while (left > 0 && !socket.destroyed) {
      left -= 1
      if (!socket.write(piece)) return
    }
  }
  socket.on('drain', write)
  write()
}

/** Writes a little again and again. */
export function drip(socket: Socket, piece: string, everyMs = 10): void {
  const timer = setInterval(() => socket.write(piece), everyMs)
  socket.on('close', () => clearInterval(timer))
}

export const delivered = (status = 200): Outcome => ({ kind: 'delivered', status, reason: null })
export const failed = (
  reason: RegExp,
  more: Partial<Omit<Outcome, 'kind' | 'reason'>> = {},
): Outcome => ({ kind: 'failed', status: null, reason, ...more })
export const late = (reason: RegExp): Outcome => failed(reason, { isLate: true })
