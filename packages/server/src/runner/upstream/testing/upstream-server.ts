import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** A call as an upstream saw it. */
export interface Seen {
  readonly method: string
  readonly target: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: Buffer
}

export interface UpstreamServer extends AsyncDisposable {
  readonly url: string
  readonly seen: readonly Seen[]
}

export type Respond = (
  seen: Seen,
  response: ServerResponse,
  request: IncomingMessage,
) => void | Promise<void>

/** A real upstream on the loopback that remembers what it was asked. */
export async function startUpstream(respond: Respond): Promise<UpstreamServer> {
  const calls: Seen[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const call = {
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers as Readonly<Record<string, string>>,
        body: Buffer.concat(chunks),
      }
      calls.push(call)
      void respond(call, response, request)
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    seen: calls,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

export const json = (
  response: ServerResponse,
  status: number,
  value: unknown,
  headers: Readonly<Record<string, string>> = {},
): void => {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(value))
}
