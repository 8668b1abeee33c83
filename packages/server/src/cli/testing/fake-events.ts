import type { CloudEvent } from '@buzzer/client'
import { formatSequence } from '@buzzer/contract'
import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

/** Channels that come and go and get events while somebody listens; told by event streams only. */
export interface FakeEvents extends AsyncDisposable {
  readonly url: string
  readonly operations: string[]
  /** Makes it, and lists it where it is not an operation's. */
  declare(channel: string): void
  publish(channel: string, event: Partial<CloudEvent>): void
  remove(channel: string): void
  /** Whether nobody may look at the lists. */
  isClosed: boolean
  /** Resolves when that many streams are open. */
  streaming(count: number): Promise<void>
}

type Streams = Map<ServerResponse, { cursor: number }>
interface Channel {
  readonly events: CloudEvent[]
  readonly streams: Streams
}

export async function startFakeEvents(): Promise<FakeEvents> {
  const channels = new Map<string, Channel>()
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '', 'http://fake')
    const [, , place = '', name] = url.pathname.split('/')
    if (name === undefined) return list(response, place)
    const channel = channels.get(decodeURIComponent(name))
    if (channel === undefined) return refuse(response, 404, 'channel-not-found')
    if (request.headers.accept !== 'text/event-stream') return tellNow(response, channel)
    stream(request, response, channel)
  })
  const list = (response: ServerResponse, place: string): void => {
    if (fake.isClosed) return refuse(response, 403, 'insufficient-scope')
    const own = [...channels.keys()].filter((name) => !name.startsWith('operations.'))
    const names = place === 'operations' ? fake.operations : [...own, 'quotes.{symbol}']
    send(response, 200, { [place]: names.map((name) => ({ name })), next: null })
  }
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const fake: FakeEvents = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    operations: [],
    isClosed: false,
    declare: (name) => void channels.set(name, { events: [], streams: new Map() }),
    publish(name, event) {
      const channel = channels.get(name)
      if (channel === undefined) throw new Error(`No channel ${name}`)
      channel.events.push(whole(name, channel.events.length + 1, event))
      for (const [response, at] of channel.streams) pump(response, at, channel)
    },
    remove(name) {
      const streams = channels.get(name)?.streams ?? new Map()
      channels.delete(name)
      for (const response of streams.keys()) (response as ServerResponse).destroy()
    },
    async streaming(count) {
      const open = () => [...channels.values()].reduce((sum, { streams }) => sum + streams.size, 0)
      while (open() < count) await new Promise((resolve) => setImmediate(resolve))
    },
    async [Symbol.asyncDispose]() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
  return fake
}

const whole = (channel: string, offset: number, event: Partial<CloudEvent>): CloudEvent => ({
  specversion: '1.0',
  id: `evt_${offset}`,
  source: `/channels/${channel}`,
  type: 'thing',
  time: new Date().toISOString(),
  ...event,
  sequence: formatSequence(offset),
})

function stream(request: IncomingMessage, response: ServerResponse, channel: Channel): void {
  const at = { cursor: Number(request.headers['last-event-id'] ?? channel.events.length) }
  channel.streams.set(response, at)
  response.on('close', () => channel.streams.delete(response))
  response.writeHead(200, { 'content-type': 'text/event-stream' }).write('retry: 100\n\n')
  pump(response, at, channel)
}

function pump(response: ServerResponse, at: { cursor: number }, { events }: Channel): void {
  for (const event of events.slice(at.cursor)) {
    const data = JSON.stringify(event)
    response.write(`id: ${event.sequence}\nevent: ${event.type}\ndata: ${data}\n\n`)
  }
  at.cursor = events.length
}

const tellNow = (response: ServerResponse, { events }: Channel): void =>
  send(response, 200, { events: [], next: formatSequence(events.length) })

const refuse = (response: ServerResponse, status: number, code: string): void =>
  send(response, status, { type: 'about:blank', title: code, status, detail: 'No.', code })

function send(response: ServerResponse, status: number, value: object): void {
  const type = status < 400 ? 'application/json' : 'application/problem+json'
  response.writeHead(status, { 'content-type': type }).end(JSON.stringify(value))
}
