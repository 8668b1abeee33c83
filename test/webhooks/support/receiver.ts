import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { expect } from 'vitest'

/** A request as it arrived. */
export interface Received {
  readonly method: string
  readonly path: string
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>
  readonly text: string
  /** The body, read as JSON; whoever asks for it knows what should be there. */
  json<Shape = SentEvent>(): Shape
}

/** What tests look at in a CloudEvent. */
export interface SentEvent {
  readonly id: string
  readonly type: string
  readonly source: string
  readonly subject?: string
  readonly sequence: string
  readonly data: Readonly<Record<string, unknown>>
}

export interface Reply {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string
}

/** `hang`: no answer at all. */
export type Behaviour = Reply | 'hang'

/** @param count which request for this path it is, from 1 on */
export type Behave = (request: Received, count: number) => Behaviour

/** A receiver of webhooks, of which each path is one of its own. */
export interface Receiver extends AsyncDisposable {
  readonly host: string
  url(path: string): string
  /** The POSTs that a path got so far, in their order. */
  at(path: string): readonly Received[]
  /** Says how a path answers from now on; without it 204, and nothing to OPTIONS. */
  behave(path: string, behave: Behave): void
  /** Waits until a path has got so many, and gives all of them. */
  arrived(path: string, count: number): Promise<readonly Received[]>
}

/** @param port that of a receiver before it; left out for any */
export async function startReceiver(port = 0): Promise<Receiver> {
  const requests: Received[] = []
  const counts = new Map<string, number>()
  const behaviours = new Map<string, Behave>()
  const sockets = new Set<Socket>()
  const at = (path: string) =>
    requests.filter((each) => each.path === path && each.method === 'POST')
  const server = createServer((request, response) => {
    void read(request).then(
      (received) => {
        requests.push(received)
        const count = (counts.get(received.path) ?? 0) + 1
        counts.set(received.path, count)
        answer(response, behaviours.get(received.path)?.(received, count) ?? { status: 204 })
      },
      () => response.destroy(),
    )
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(port, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(server.address() as AddressInfo).port}`
  return {
    host,
    url: (path) => `http://${host}${path}`,
    at,
    behave: (path, behave) => void behaviours.set(path, behave),
    async arrived(path, count) {
      await expect.poll(() => at(path).length).toBeGreaterThanOrEqual(count)
      return at(path)
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function read(request: IncomingMessage): Promise<Received> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const text = Buffer.concat(chunks).toString('utf8')
  const headers = Object.entries(request.headers).map(([name, value]) => [name, String(value)])
  return {
    method: request.method ?? '',
    path: request.url ?? '',
    headers: Object.fromEntries(headers) as Record<string, string>,
    text,
    json: <Shape>() => JSON.parse(text) as Shape,
  }
}

function answer(response: ServerResponse, behaviour: Behaviour): void {
  if (behaviour === 'hang') return
  const { status = 200, headers = {}, body } = behaviour
  response.writeHead(status, headers)
  response.end(body)
}
