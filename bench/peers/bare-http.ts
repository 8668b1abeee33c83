import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { CapturedAnswer } from '../answer.ts'

// The least that a Node server can do for a POST: read the body, answer given bytes. What is
// slower than this is what Buzzer adds.

process.once('message', (message) => {
  const { status, headers, body } = message as CapturedAnswer
  const bytes = Buffer.from(body)
  const server = createServer((request, response) => {
    request.on('data', () => {})
    request.on('end', () => {
      response.writeHead(status, headers)
      response.end(bytes)
    })
  })
  server.listen(0, '127.0.0.1', () => {
    process.send?.({ port: (server.address() as AddressInfo).port })
  })
  process.once('disconnect', () => {
    server.closeAllConnections()
    server.close()
  })
})
