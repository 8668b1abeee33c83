import type { CloudEvent } from '@buzzer/contract'
import type { Protocol } from '../protocols.ts'
import type { WebSocketConstructor } from '../socket/web-socket.ts'
import { createFakeChannel, paddedOffset, type FakeChannel } from './fake-channel.ts'
import { FakeSocket } from './fake-socket.ts'

interface SeenRequest {
  readonly method: string
  readonly path: string
  readonly headers: Headers
  readonly body: unknown
}

/** What stands between a client and its server. */
type Way = 'open' | 'refused' | 'held back'

/**
 * A server of channels within this process, by everything that PROTOCOL.md, section 4, says about
 * publishing and reading, and a network in front of it that breaks when told to.
 */
export interface FakeChannels {
  readonly fetch: typeof fetch
  readonly webSocket: WebSocketConstructor
  readonly requests: readonly SeenRequest[]
  /** All that were ever opened. */
  readonly sockets: readonly FakeSocket[]
  readonly ways: Record<Protocol, Way>
  /** Whether nothing can be reached at all. */
  isDown: boolean
  channel(name: string): FakeChannel
  /** There is no such channel any more; whoever reads is cut off. */
  remove(name: string): void
  /** Breaks every connection; what is on its way is lost. */
  cut(): void
  /** How many connections are being read. */
  readonly open: number
}

/** @param names of the channels that there are */
export function createFakeChannels(...names: string[]): FakeChannels {
  const channels = new Map(names.map((name) => [name, createFakeChannel(name)]))
  const requests: SeenRequest[] = []
  const sockets: FakeSocket[] = []
  const connections = new Set<() => void>()
  const channelOf = (name: string): FakeChannel | null => channels.get(name) ?? null

  const fake: FakeChannels = {
    requests,
    sockets,
    ways: { ws: 'open', sse: 'open', poll: 'open' },
    isDown: false,
    fetch: async (url, init = {}) => {
      if (fake.isDown) throw new TypeError('fetch failed')
      const { pathname, searchParams } = new URL(url)
      const headers = new Headers(init.headers)
      const body: unknown = typeof init.body === 'string' ? JSON.parse(init.body) : null
      const path = (url as string).replace(/^https?:\/\/[^/]+/, '')
      requests.push({ method: init.method ?? 'GET', path, headers, body })
      if (pathname === '/v1/tickets') return Response.json({ ticket: 'bzt_1' }, { status: 201 })
      const [, , , name = '', action] = pathname.split('/')
      const channel = channelOf(decodeURIComponent(name))
      if (channel === null) return problem(404, 'channel-not-found')
      if (action === 'presence') return Response.json(presence)
      if (body !== null) return publish(channel, body as Partial<CloudEvent>[])
      const reader: Reader = { channel, headers, parameters: searchParams, connections }
      const isStream = headers.get('accept') === 'text/event-stream'
      const way = fake.ways[isStream ? 'sse' : 'poll']
      return isStream ? stream(reader, way, init.signal) : poll(reader, init.signal)
    },
    webSocket: class extends FakeSocket {
      constructor(url: string) {
        const handshake = { 'open': 'accept', 'refused': 'refuse', 'held back': 'hang' } as const
        const cut = (): void => super.cut(1006)
        super({
          url,
          handshake: fake.isDown ? 'refuse' : handshake[fake.ways.ws],
          channelOf,
          onClose: () => void connections.delete(cut),
        })
        connections.add(cut)
        sockets.push(this)
      }
    },
    channel(name) {
      const found = channelOf(name)
      if (found === null) throw new Error(`No channel ${name}`)
      return found
    },
    remove(name) {
      channels.delete(name)
      fake.cut()
    },
    cut() {
      for (const cut of connections) cut()
    },
    get open() {
      return connections.size
    },
  }
  return fake
}

interface Reader {
  readonly channel: FakeChannel
  readonly headers: Headers
  readonly parameters: URLSearchParams
  readonly connections: Set<() => void>
}

const presence = {
  members: [{ name: 'ann', since: '2026-11-20T10:00:00.000Z' }],
  count: 1,
  sequence: '0000000000000004',
}

const problem = (status: number, code: string): Response =>
  new Response(JSON.stringify({ type: 'about:blank', title: '', status, detail: code, code }), {
    status,
    headers: { 'content-type': 'application/problem+json' },
  })

function publish(channel: FakeChannel, given: readonly Partial<CloudEvent>[]): Response {
  const events = given
    .map((event) => channel.publish(event))
    .map(({ id, sequence }) => ({ id, sequence }))
  return Response.json({ events }, { status: 202 })
}

function stream(
  { channel, headers, connections }: Reader,
  way: Way,
  signal: AbortSignal | null | undefined,
): Response {
  if (way === 'refused') return new Response('<html>', { headers: { 'content-type': 'text/html' } })
  let cursor = Number(headers.get('last-event-id') ?? channel.last)
  const encoder = new TextEncoder()
  const body = new ReadableStream<Uint8Array>({
    start(controller) {
      const write = (text: string): void => controller.enqueue(encoder.encode(text))
      const pump = (): void => {
        const { events, reset } = channel.after(cursor)
        if (reset !== null) {
          cursor = reset - 1
          const data = JSON.stringify({ oldest: paddedOffset(reset) })
          write(`id: ${paddedOffset(cursor)}\nevent: reset\ndata: ${data}\n\n`)
        }
        for (const event of events) {
          cursor = Number(event.sequence)
          const data = JSON.stringify(event)
          write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${data}\n\n`)
        }
      }
      const end = (): void => {
        channel.watchers.delete(pump)
        if (!connections.delete(end)) return
        // A message that is cut in its middle is no message.
        controller.enqueue(encoder.encode('id: 99\nevent: thing\ndata: {"half'))
        controller.error(new TypeError('terminated'))
      }
      connections.add(end)
      signal?.addEventListener('abort', end)
      if (way === 'held back') return
      write('retry: 3000\n\n')
      channel.watchers.add(pump)
      pump()
    },
  })
  return new Response(body, { headers: { 'content-type': 'text/event-stream' } })
}

function poll(
  { channel, headers, parameters, connections }: Reader,
  signal: AbortSignal | null | undefined,
): Promise<Response> {
  const cursor = Number(parameters.get('since') ?? channel.last)
  const look = (): Response | null => {
    const { events, reset } = channel.after(cursor)
    const isHeld = headers.get('prefer') !== null && events.length === 0 && reset === null
    const last = events.at(-1)?.sequence ?? paddedOffset(reset === null ? cursor : reset - 1)
    const gap = reset === null ? {} : { reset: { oldest: paddedOffset(reset) } }
    return isHeld ? null : Response.json({ events, next: last, ...gap })
  }
  return new Promise((resolve, reject) => {
    const wake = (): void => {
      const answer = look()
      if (answer === null) return
      leave()
      resolve(answer)
    }
    const end = (): void => {
      leave()
      reject(new TypeError('terminated'))
    }
    const leave = (): void => {
      channel.watchers.delete(wake)
      connections.delete(end)
    }
    channel.watchers.add(wake)
    connections.add(end)
    signal?.addEventListener('abort', end)
    wake()
  })
}
