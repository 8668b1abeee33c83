import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { fault, type Answer, type Call } from './answer.ts'
import { createBookings } from './bookings.ts'
import { createSwings, type Mood } from './mood.ts'
import { createReports } from './reports.ts'
import { createAvailability, listTours, quote, readTour } from './tours.ts'

interface Route {
  readonly method: string
  readonly path: URLPattern
  readonly slow: boolean
  readonly answer: (call: Call) => Answer
}

const maxBodyBytes = 10 * 1024 * 1024

/** The API as a server that does not listen yet. */
export function createLegacyApi(mood: Mood): Server {
  const swings = createSwings(mood)
  const routes = listRoutes(() => swings.nextWaitMs())

  async function handle(request: IncomingMessage): Promise<Answer> {
    const url = new URL(request.url ?? '/', 'http://legacy')
    const body = await readBody(request)
    if (body === null) return fault(413, 'TOO_LARGE', 'A body holds at most 10 MiB')
    const found = find(routes, request.method ?? '', url)
    if (found === null) return fault(404, 'NO_SUCH_PAGE', 'There is nothing at this address')
    if (found.route.slow) {
      await sleep(swings.nextWaitMs())
      if (swings.nextFails()) return fault(500, 'BACK_OFFICE_DOWN', 'The back office is down')
    }
    const headers = request.headers as Readonly<Record<string, string | undefined>>
    return found.route.answer({ params: found.params, query: url.searchParams, headers, body })
  }

  return createServer((request, response) => {
    handle(request).then(
      (answer) => write(response, answer),
      () => response.destroy(),
    )
  })
}

function listRoutes(workMs: () => number): readonly Route[] {
  const bookings = createBookings()
  const reports = createReports(bookings.all, Date.now, workMs)
  return [
    slow('GET', '/tours', listTours),
    slow('GET', '/tours/:tourId', readTour),
    slow('GET', '/tours/:tourId/availability', createAvailability()),
    slow('GET', '/quotes', quote),
    slow('POST', '/bookings', bookings.create),
    slow('GET', '/bookings', bookings.list),
    slow('GET', '/bookings/:bookingId', bookings.read),
    slow('DELETE', '/bookings/:bookingId', bookings.cancel),
    slow('GET', '/bookings/:bookingId/voucher', bookings.voucher),
    slow('PUT', '/bookings/:bookingId/documents/:name', bookings.putDocument),
    slow('GET', '/bookings/:bookingId/documents/:name', bookings.getDocument),
    quick('POST', '/reports', reports.order),
    quick('GET', '/reports/runs/:runId', reports.status),
    slow('GET', '/reports/:reportId', reports.read),
  ]
}

const route = (method: string, pathname: string, answer: Route['answer'], isSlow: boolean) => ({
  method,
  path: new URLPattern({ pathname }),
  slow: isSlow,
  answer,
})

const slow = (method: string, pathname: string, answer: Route['answer']): Route =>
  route(method, pathname, answer, true)

const quick = (method: string, pathname: string, answer: Route['answer']): Route =>
  route(method, pathname, answer, false)

function find(routes: readonly Route[], method: string, { pathname }: URL) {
  for (const candidate of routes) {
    const match = candidate.path.exec({ pathname })
    if (match === null || candidate.method !== method) continue
    const groups = Object.entries(match.pathname.groups)
    const params = groups.map(([name, value = '']) => [name, decodeURIComponent(value)] as const)
    return { route: candidate, params: Object.fromEntries(params) }
  }
  return null
}

async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  const chunks: Buffer[] = []
  let bytes = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    bytes += chunk.length
    if (bytes > maxBodyBytes) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

function write(response: ServerResponse, { status, headers, body }: Answer): void {
  const length = status === 204 ? {} : { 'Content-Length': body.length }
  response.writeHead(status, { ...headers, ...length })
  response.end(body)
}
