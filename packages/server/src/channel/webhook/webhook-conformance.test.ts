import { createServer, type RequestListener, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import {
  channelConformance,
  type Behaviour,
  type ConformanceReceiver,
  type ReceivedDelivery,
} from '../conformance/channel-conformance.ts'
import { openWebhooks } from './testing/open-webhooks.ts'

const answers: Readonly<Record<Behaviour, (response: ServerResponse) => void>> = {
  'takes': (response) => void response.writeHead(204).end(),
  'refuses': (response) => void response.writeHead(500).end('no'),
  'says nothing': () => {},
  'talks much': (response) => void response.end('much '.repeat(100_000)),
}

async function startReceiver(behaviour: Behaviour): Promise<ConformanceReceiver> {
  const received: ReceivedDelivery[] = []
  const reached = Promise.withResolvers<void>()
  const listener: RequestListener = (request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const { 'webhook-id': id, 'content-type': mediaType = '' } = request.headers
      received.push({ id: String(id), mediaType, body: Buffer.concat(chunks) })
      answers[behaviour](response)
      reached.resolve()
    })
  }
  const server = createServer(listener)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/hook`,
    received,
    reached: reached.promise,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

channelConformance('webhook', async () => {
  const { channel, ...webhooks } = openWebhooks({ allow: ['127.0.0.1'] })
  return {
    channel,
    startReceiver,
    // Port 1 is nobody's (tcpmux).
    nowhere: 'http://127.0.0.1:1/hook',
    impossible: ['', 'ftp://example.com/', 'http://a:b@example.com/', 'http://10.0.0.1/'],
    [Symbol.asyncDispose]: () => webhooks[Symbol.asyncDispose](),
  }
})
