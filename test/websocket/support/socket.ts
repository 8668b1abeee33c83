import { once } from 'node:events'
import type { IncomingHttpHeaders } from 'node:http'
import { WebSocket, type ClientOptions } from 'ws'

/** What came on a socket of `buzzer.v1`; whoever looks at it knows what should be there. */
export interface Said {
  readonly type: string
  readonly id?: string
  readonly since?: string | null
  readonly oldest?: string
  readonly event?: SaidEvent
  readonly events?: readonly { readonly id: string; readonly sequence: string }[]
  readonly job?: { readonly id: string; readonly state: string; readonly token?: string }
  readonly error?: {
    readonly status: number
    readonly code: string
    readonly detail: string
    readonly errors?: readonly { readonly pointer: string }[]
  }
}

export interface SaidEvent {
  readonly type: string
  readonly sequence: string
  readonly source: string
  readonly data?: unknown
}

export interface Closed {
  readonly code: number
  readonly reason: string
}

/** One side of a socket, by the library `ws`. */
export interface TestSocket extends Disposable {
  readonly raw: WebSocket
  send(message: unknown): void
  /** The next message that was not taken yet. @throws where the socket closes instead */
  next(): Promise<Said>
  /** Takes messages until one of this type comes, which is the last of them. */
  until(type: string): Promise<readonly Said[]>
  /** Sends, and takes the next message. */
  ask(message: unknown): Promise<Said>
  readonly closed: Promise<Closed>
}

/** @throws Refused where the handshake was */
export async function openSocket(
  url: string,
  path = '/v1/ws',
  protocols: string | string[] = 'buzzer.v1',
  options: ClientOptions = {},
): Promise<TestSocket> {
  const raw = new WebSocket(url.replace(/^http/, 'ws') + path, protocols, options)
  const messages: Said[] = []
  const takers: PromiseWithResolvers<Said>[] = []
  raw.on('message', (text: Buffer) => {
    const said = JSON.parse(text.toString('utf8')) as Said
    const taker = takers.shift()
    if (taker === undefined) messages.push(said)
    else taker.resolve(said)
  })
  raw.on('error', () => undefined)
  const end = Promise.withResolvers<Closed>()
  raw.once('close', (code, reason) => {
    end.resolve({ code, reason: reason.toString('utf8') })
    for (const { reject } of takers) reject(new Error(`closed with ${code}: ${reason.toString()}`))
  })
  const refused = Promise.withResolvers<never>()
  raw.once('unexpected-response', (_request, answer) => {
    let text = ''
    answer.setEncoding('utf8').on('data', (chunk: string) => (text += chunk))
    answer.once('end', () =>
      refused.reject(new Refused(answer.statusCode ?? 0, answer.headers, text)),
    )
  })
  await Promise.race([once(raw, 'open'), refused.promise])
  const next = (): Promise<Said> => {
    const first = messages.shift()
    if (first !== undefined) return Promise.resolve(first)
    const taker = Promise.withResolvers<Said>()
    takers.push(taker)
    return taker.promise
  }
  const send = (message: unknown): void => raw.send(JSON.stringify(message))
  return {
    raw,
    send,
    next,
    async until(type) {
      const taken: Said[] = []
      for (let said = await next(); ; said = await next()) {
        taken.push(said)
        if (said.type === type) return taken
      }
    },
    ask(message) {
      send(message)
      return next()
    },
    closed: end.promise,
    [Symbol.dispose]: () => raw.terminate(),
  }
}

/** The answer to a handshake that opened nothing. */
export class Refused extends Error {
  override readonly name = 'Refused'
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly text: string

  constructor(status: number, headers: IncomingHttpHeaders, text: string) {
    super(`refused with ${status}`)
    this.status = status
    this.headers = headers
    this.text = text
  }
}

export async function refusal(opening: Promise<TestSocket>): Promise<Refused> {
  try {
    using socket = await opening
    socket.raw.terminate()
  } catch (fault) {
    if (fault instanceof Refused) return fault
    throw fault
  }
  throw new Error('The handshake was not refused.')
}
