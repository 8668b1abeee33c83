import { once } from 'node:events'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { createAnswerReader } from './answer-reader.ts'
import { generateLoad } from './generator.ts'
import { createLatencies } from './latencies.ts'

const head = 'HTTP/1.1 202 Accepted\r\nDate: today\r\n'
const answers = [
  `${head}Content-Length: 5\r\nVary: x\r\n\r\nhello`,
  `${head}content-length: 12\r\n\r\nhello, world`,
  `${head}X: a\r\nCONTENT-LENGTH: 0\r\n\r\n`,
  `${head}Transfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n`,
  `${head}Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n`,
  `${head}\r\n`,
]

test('an answer ends where it ends, in however many pieces it comes', () => {
  const piecesOf = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 })
  fc.assert(
    fc.property(
      fc.array(fc.constantFrom(...answers), { minLength: 1 }),
      piecesOf,
      (texts, sizes) => {
        const reader = createAnswerReader()
        for (const text of texts) {
          const bytes = Buffer.from(text, 'latin1')
          const pieces = cut(bytes, sizes)
          const statuses = pieces.map((piece) => reader.read(piece))
          expect(statuses).toEqual([...pieces.slice(1).map(() => null), 202])
        }
      },
    ),
  )
})

function cut(bytes: Buffer, sizes: readonly number[]): readonly Buffer[] {
  const pieces: Buffer[] = []
  let at = 0
  for (const size of sizes) {
    if (at + size < bytes.length) pieces.push(bytes.subarray(at, (at += size)))
  }
  return [...pieces, bytes.subarray(at)]
}

test('percentiles are those of the sorted list', () => {
  const latencies = createLatencies(100)
  for (const ms of Array.from({ length: 150 }, (_, at) => ((at * 37) % 100) + 1)) latencies.add(ms)
  expect([0.5, 0.99, 1].map((share) => latencies.percentile(share))).toEqual([51, 100, 100])
})

test('every request arrives whole with a key of its own, and every answer is counted', async () => {
  const keys: unknown[] = []
  const bodies = new Set<string>()
  const server = createServer((request, response) => {
    keys.push(request.headers['idempotency-key'])
    request.setEncoding('utf8').on('data', (text: string) => bodies.add(text))
    request.on('end', () => response.writeHead(keys.length % 10 === 0 ? 500 : 202).end('taken'))
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const load = await generateLoad({
    port,
    method: 'POST',
    path: '/jobs',
    headers: { 'Content-Type': 'application/json' },
    body: '{"month":"2027-05"}',
    connections: 4,
    warmUpMs: 20,
    measuredMs: 100,
    distinctKeys: true,
    expectStatus: 202,
  })
  server.closeAllConnections()
  server.close()
  expect(load.answersInAll + (load.errors[500] ?? 0)).toBe(keys.length)
  expect(Object.keys(load.errors)).toEqual(['500'])
  expect(load.answers).toBeGreaterThan(0)
  expect(new Set(keys).size).toBe(keys.length)
  expect(keys[0]).toMatch(/^"[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-8[\da-f]{3}-[\da-f]{12}"$/)
  expect([...bodies]).toEqual(['{"month":"2027-05"}'])
})
