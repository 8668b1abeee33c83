import { once } from 'node:events'
import { readFile } from 'node:fs/promises'
import type { AddressInfo } from 'node:net'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { createSwings } from './mood.ts'
import { createLegacyApi } from './server.ts'

interface Described {
  readonly operationId: string
  readonly responses: Readonly<Record<string, Response | { readonly $ref: string }>>
}

interface Response {
  readonly content?: Readonly<Record<string, { readonly schema?: object }>>
}

interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Described | undefined>>>>
  readonly components: { readonly responses: Readonly<Record<string, Response>> }
}

const file = await readFile(new URL('openapi.yaml', import.meta.url), 'utf8')
const document = parse(file) as Document
const ajv = new Ajv2020({ strict: false, validateFormats: false })
ajv.addSchema(document, 'document')

const server = createLegacyApi({ minMs: 0, maxMs: 0, failRate: 0, seed: 1 })
let url = ''

beforeAll(async () => {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`
})

afterAll(async () => {
  server.closeAllConnections()
  await new Promise((resolve) => server.close(resolve))
})

const order = { tourId: 'PT-DOURO', travellers: ['Ada', 'Grace'], departure: '2027-05-01' }
const post = (body: unknown, key?: string): RequestInit => ({
  method: 'POST',
  headers: { 'content-type': 'application/json', ...(key && { 'idempotency-key': key }) },
  body: JSON.stringify(body),
})

/** Calls and their answers, in the order in which they are made. */
const calls: readonly (readonly [string, number, string, RequestInit?])[] = [
  ['listTours', 200, '/tours?country=PT&limit=1'],
  ['listTours', 400, '/tours?limit=0'],
  ['getTour', 200, '/tours/{tourId}:NO-FJORD'],
  ['getTour', 404, '/tours/{tourId}:MOON'],
  ['getAvailability', 200, '/tours/{tourId}/availability:NO-FJORD'],
  ['getAvailability', 404, '/tours/{tourId}/availability:MOON'],
  ['getAvailability', 200, '/tours/{tourId}/availability:NO-FJORD'],
  ['getAvailability', 503, '/tours/{tourId}/availability:NO-FJORD'],
  ['getQuote', 200, '/quotes?tourId=NO-FJORD&travellers=6'],
  ['getQuote', 400, '/quotes?tourId=NO-FJORD&travellers=13'],
  ['getQuote', 404, '/quotes?tourId=MOON'],
  ['createBooking', 201, '/bookings', post(order, 'first')],
  ['createBooking', 201, '/bookings', post(order, 'first')],
  ['createBooking', 422, '/bookings', post({ ...order, travellers: ['Eve'] }, 'first')],
  ['createBooking', 422, '/bookings', post({ tourId: 'MOON', travellers: [] })],
  ['createBooking', 400, '/bookings', { method: 'POST', body: '{' }],
  ['listBookings', 200, '/bookings?status=confirmed'],
  ['getBooking', 200, '/bookings/{bookingId}:B000001'],
  ['getBooking', 404, '/bookings/{bookingId}:B000002'],
  ['getVoucher', 200, '/bookings/{bookingId}/voucher:B000001'],
  ['getVoucher', 404, '/bookings/{bookingId}/voucher:B000002'],
  ['putDocument', 201, '/bookings/{bookingId}/documents/{name}:B000001:a.bin', binaryPut(1_000)],
  ['putDocument', 404, '/bookings/{bookingId}/documents/{name}:B000009:a.bin', binaryPut(1)],
  [
    'putDocument',
    413,
    '/bookings/{bookingId}/documents/{name}:B000001:b.bin',
    binaryPut(10 * 1024 * 1024 + 1),
  ],
  ['getDocument', 200, '/bookings/{bookingId}/documents/{name}:B000001:a.bin'],
  ['getDocument', 404, '/bookings/{bookingId}/documents/{name}:B000001:b.bin'],
  ['cancelBooking', 204, '/bookings/{bookingId}:B000001', { method: 'DELETE' }],
  ['cancelBooking', 409, '/bookings/{bookingId}:B000001', { method: 'DELETE' }],
  ['cancelBooking', 404, '/bookings/{bookingId}:B000002', { method: 'DELETE' }],
  ['orderReport', 202, '/reports?month=2027-05', { method: 'POST' }],
  ['orderReport', 400, '/reports?month=May', { method: 'POST' }],
  ['getReportRun', 200, '/reports/runs/{runId}:R000001'],
  ['getReportRun', 404, '/reports/runs/{runId}:R000002'],
  ['getReport', 200, '/reports/{reportId}:R000001'],
  ['getReport', 404, '/reports/{reportId}:R000002'],
]

function binaryPut(bytes: number): RequestInit {
  const body = Uint8Array.from({ length: bytes }, (_, at) => at % 256)
  return { method: 'PUT', headers: { 'content-type': 'application/octet-stream' }, body }
}

/** `/tours/{tourId}:X` becomes the described path and the one to call. */
function readTarget(target: string) {
  const [template = '', ...values] = target.split(':')
  let next = 0
  const path = template.replaceAll(/\{\w+\}/g, () => values[next++] ?? '')
  return { described: template.replace(/\?.*/, ''), path }
}

function describedResponse(path: string, method: string, status: number) {
  const operation = document.paths[path]?.[method.toLowerCase()]
  const response = operation?.responses[String(status)]
  const { responses } = document.components
  const resolved =
    response !== undefined && '$ref' in response
      ? responses[response.$ref.split('/').at(-1) ?? '']
      : response
  return { operationId: operation?.operationId, response: resolved }
}

describe('the legacy API answers as its document says', () => {
  const rows = calls.map(([operationId, status, target, init = {}]) => {
    return { operationId, status, target, init }
  })

  test.each(rows)('$operationId answers $status ($target)', async (row) => {
    const { operationId, status, target, init } = row
    const { described, path } = readTarget(target)
    const answer = await fetch(url + path, init)
    const text = await answer.text()
    expect(answer.status).toBe(status)

    const found = describedResponse(described, init.method ?? 'GET', status)
    expect(found.operationId).toBe(operationId)
    const mediaType = answer.headers.get('content-type')?.split(';')[0] ?? null
    const allowed = Object.keys(found.response?.content ?? {})
    expect(mediaType === null ? allowed : [mediaType]).toEqual(
      allowed.filter((name) => name === mediaType),
    )
    if (mediaType === 'application/json') expectSchema(described, init, status, text)
  })

  test('every described answer is tried, but for the bursts of 500', () => {
    const tried = new Set(calls.map(([operationId, status]) => `${operationId} ${status}`))
    const described = Object.values(document.paths)
      .flatMap((item) => Object.values(item))
      .filter((operation) => operation?.operationId !== undefined)
      .flatMap((operation) =>
        Object.keys(operation?.responses ?? {})
          .filter((status) => status !== '500')
          .map((status) => `${operation?.operationId} ${status}`),
      )
    expect(described.toSorted()).toEqual([...tried].toSorted())
  })
})

function expectSchema(path: string, init: RequestInit, status: number, text: string): void {
  const { response } = describedResponse(path, init.method ?? 'GET', status)
  const schema = response?.content?.['application/json']?.schema as { $ref: string }
  const validate = ajv.getSchema(`document${schema.$ref}`)
  const valid = validate?.(JSON.parse(text))
  expect({ valid, errors: validate?.errors }).toEqual({ valid: true, errors: null })
}

test('failures come in bursts, at the rate asked for, the same for the same seed', () => {
  const mood = { minMs: 10, maxMs: 20, failRate: 0.2, seed: 7 }
  const take = (): readonly boolean[] => {
    const swings = createSwings(mood)
    return Array.from({ length: 20_000 }, () => swings.nextFails())
  }
  const fails = take()
  expect(fails).toEqual(take())
  expect(fails.filter(Boolean).length / fails.length).toBeCloseTo(0.2, 1)
  const bursts =
    fails
      .map((fail) => (fail ? 'x' : '.'))
      .join('')
      .match(/x+/g) ?? []
  expect(bursts.slice(0, -1).every(({ length }) => length % 5 === 0)).toBe(true)
  const swings = createSwings(mood)
  const waits = Array.from({ length: 1_000 }, () => swings.nextWaitMs())
  expect([Math.min(...waits), Math.max(...waits)]).toEqual([10, 20])
})
