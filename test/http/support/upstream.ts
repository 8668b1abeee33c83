import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

/** A call as it arrived. */
interface Arrived {
  readonly method: string
  /** Path and query, exactly as they stood in the request line. */
  readonly target: string
  /** Names in lower case, with values, in order. */
  readonly headers: readonly (readonly [string, string])[]
  readonly body: Buffer
  header(name: string): string | null
}

export interface Reply {
  readonly status?: number
  /** Names and values one after the other. */
  readonly headers?: readonly string[]
  readonly body?: string | Uint8Array
}

/** `hang`: no answer at all; `cut`: the connection is closed instead of an answer. */
type Behaviour = Reply | 'hang' | 'cut'

export interface Upstream extends AsyncDisposable {
  readonly url: string
  readonly host: string
  readonly calls: readonly Arrived[]
  /** Says how calls are answered from now on. @param next gets each call and its number from 1 */
  behave(next: (call: Arrived, count: number) => Behaviour | Promise<Behaviour>): void
}

/** A wrapped API that records what arrives and answers as it is told. */
export async function startUpstream(): Promise<Upstream> {
  const calls: Arrived[] = []
  const sockets = new Set<Socket>()
  let count = 0
  let next: Parameters<Upstream['behave']>[0] = () => ({ body: 'ok' })
  const server = createServer((request, response) => {
    void read(request).then(
      async (arrived) => {
        calls.push(arrived)
        count += 1
        answer(response, await next(arrived, count))
      },
      () => response.destroy(),
    )
  })
  server.on('connection', (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const host = `127.0.0.1:${port}`
  return {
    url: `http://${host}`,
    host,
    calls,
    behave(behaviour) {
      calls.length = 0
      count = 0
      next = behaviour
    },
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

async function read(request: IncomingMessage): Promise<Arrived> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  const headers = pairs(request.rawHeaders)
  return {
    method: request.method ?? '',
    target: request.url ?? '',
    headers,
    body: Buffer.concat(chunks),
    header: (name) => headers.find(([key]) => key === name)?.[1] ?? null,
  }
}

const pairs = (raw: readonly string[]): readonly (readonly [string, string])[] =>
  raw.flatMap((name, at) =>
    at % 2 === 0 ? [[name.toLowerCase(), raw[at + 1] ?? ''] as const] : [],
  )

function answer(response: ServerResponse, behaviour: Behaviour): void {
  if (behaviour === 'hang') return
  if (behaviour === 'cut') return void response.destroy()
  const { status = 200, headers = [], body = '' } = behaviour
  response.sendDate = false
  response.writeHead(status, [...headers])
  response.end(body)
}
