import { createServer, type IncomingMessage } from 'node:http'
import type { AddressInfo } from 'node:net'
import { gunzipSync } from 'node:zlib'
import { decodeExport, type ReceivedSpan } from './otlp.ts'

export interface ReceivedExport {
  readonly path: string
  readonly headers: IncomingMessage['headers']
  readonly spans: readonly ReceivedSpan[]
}

/** What stands where a team has its OpenTelemetry collector. */
export interface Collector extends AsyncDisposable {
  /** As in OTEL_EXPORTER_OTLP_ENDPOINT. */
  readonly url: string
  readonly exports: readonly ReceivedExport[]
  spans(): readonly ReceivedSpan[]
}

/** @param answer the status of each answer, by how many exports came before */
export async function startCollector(answer: (index: number) => number = () => 200) {
  const exports: ReceivedExport[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => void chunks.push(chunk))
    request.on('end', () => {
      const { url: path = '', headers } = request
      const sent = Buffer.concat(chunks)
      const body = headers['content-encoding'] === 'gzip' ? gunzipSync(sent) : sent
      const status = answer(exports.length)
      exports.push({ path, headers, spans: status < 300 ? decodeExport(body) : [] })
      response.writeHead(status, { 'content-type': 'application/x-protobuf' }).end()
    })
  })
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const collector: Collector = {
    url: `http://127.0.0.1:${port}`,
    exports,
    spans: () => exports.flatMap(({ spans }) => spans),
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => void server.close(resolve))
    },
  }
  return collector
}
