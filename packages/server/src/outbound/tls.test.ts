import { createServer } from 'node:https'
import type { AddressInfo } from 'node:net'
import type { TLSSocket } from 'node:tls'
import { describe, expect, test } from 'vitest'
import { createOutbound } from './outbound.ts'
import { get } from './testing/call.ts'
import { certificate, key } from './testing/certificate.ts'
import { realClock } from './testing/real-clock.ts'

/** Answers with the name that the handshake and the request asked for. */
async function startSecureServer() {
  const server = createServer({ key, cert: certificate }, (request, response) => {
    const { servername } = request.socket as TLSSocket
    response.end(`${String(servername)} ${request.headers.host}`)
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}

const open = (ca?: string) =>
  createOutbound({
    allow: ['127.0.0.1'],
    clock: realClock,
    resolve: () => Promise.resolve(['127.0.0.1']),
    ...(ca === undefined ? {} : { ca }),
  })

describe('https', () => {
  test('asks for the name of the URL at the address that was checked', async () => {
    await using server = await startSecureServer()
    await using outbound = open(certificate)
    const outcome = await outbound.call(get(`https://Upstream.Example.:${server.port}/`))
    expect(outcome).toMatchObject({
      answer: {
        body: new TextEncoder().encode(`upstream.example upstream.example.:${server.port}`),
      },
    })
  })

  test('takes no certificate of another name, nor an unknown one', async () => {
    await using server = await startSecureServer()
    await using trusting = open(certificate)
    const otherName = await trusting.call(get(`https://other.example:${server.port}/`))
    const byAddress = await trusting.call(get(`https://127.0.0.1:${server.port}/`))
    await using strict = open()
    const unknown = await strict.call(get(`https://upstream.example:${server.port}/`))
    for (const outcome of [otherName, byAddress, unknown]) {
      expect(outcome).toMatchObject({ failure: { reason: 'unreachable', sent: false } })
    }
  })
})
