import { createClient, isReset, type Protocol } from '@buzzer/client'
import { EventSource } from 'eventsource'
import { WebSocket } from 'ws'

/** What was read of a channel. */
export interface Read {
  /** As it is written, or as a number. */
  readonly sequence: string | number
  readonly data: unknown
}

/**
 * Reads a channel from a cursor on and stops in the middle of it, without a word, after so many
 * events: each by a way of its own, which it shares nothing with but the cursor.
 */
export type Way = (reading: Reading) => Promise<readonly Read[]>

export interface Reading {
  readonly url: string
  readonly channel: string
  /** Exclusive. */
  readonly since: number
  /** Where to break off, at the latest. */
  readonly count: number
}

const pathOf = ({ channel }: Reading): string => `/v1/channels/${channel}`
const socketUrl = (reading: Reading, path: string): string =>
  reading.url.replace(/^http/, 'ws') + path

/** Calls off once there is enough. */
function collector({ count }: Reading) {
  const read: Read[] = []
  const full = Promise.withResolvers<readonly Read[]>()
  return {
    read: full.promise,
    take(event: Read): void {
      if (read.length < count) read.push({ sequence: event.sequence, data: event.data })
      if (read.length === count) full.resolve(read)
    },
    fail: (fault: unknown) => full.reject(fault),
  }
}

/** By fetch, which is cut off in the middle of its bytes. */
const stream: Way = async (reading) => {
  const end = new AbortController()
  const response = await fetch(`${reading.url}${pathOf(reading)}/events`, {
    headers: { 'accept': 'text/event-stream', 'last-event-id': String(reading.since) },
    signal: end.signal,
  })
  const read: Read[] = []
  let text = ''
  for await (const chunk of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
    const blocks = (text + chunk).split('\n\n')
    text = blocks.pop() ?? ''
    for (const block of blocks) {
      const data = /^data: (.*)$/m.exec(block)?.[1]
      if (data !== undefined && read.length < reading.count) read.push(JSON.parse(data) as Read)
    }
    if (read.length === reading.count) break
  }
  end.abort()
  return read
}

const eventSource: Way = async (reading) => {
  const { take, fail, read } = collector(reading)
  const source = new EventSource(`${reading.url}${pathOf(reading)}/events?since=${reading.since}`)
  source.addEventListener('count', ({ data }) => take(JSON.parse(String(data)) as Read))
  source.addEventListener('reset', () => fail(new Error('reset')))
  return read.finally(() => source.close())
}

const poll: Way = async (reading) => {
  const query = `since=${reading.since}&limit=${reading.count}`
  const response = await fetch(`${reading.url}${pathOf(reading)}/events?${query}`, {
    headers: { accept: 'application/json', prefer: 'wait=5' },
  })
  return ((await response.json()) as { readonly events: readonly Read[] }).events
}

const socket: Way = async (reading) => {
  const { take, fail, read } = collector(reading)
  const { channel, since } = reading
  const raw = new WebSocket(socketUrl(reading, '/v1/ws'), 'buzzer.v1')
  raw.on('error', fail)
  raw.on('open', () => raw.send(JSON.stringify({ type: 'subscribe', id: 's', channel, since })))
  raw.on('message', (text: Buffer) => {
    const said = JSON.parse(text.toString('utf8')) as { type: string; event?: Read }
    if (said.event !== undefined) take(said.event)
    else if (said.type !== 'ack') fail(new Error(text.toString('utf8')))
  })
  return read.finally(() => raw.terminate())
}

const bareSocket: Way = async (reading) => {
  const { take, fail, read } = collector(reading)
  const path = `${pathOf(reading)}/ws?since=${reading.since}`
  const raw = new WebSocket(socketUrl(reading, path), 'cloudevents.json')
  raw.on('error', fail)
  raw.on('message', (text: Buffer) => take(JSON.parse(text.toString('utf8')) as Read))
  return read.finally(() => raw.terminate())
}

/** Our own client, held to one protocol. */
const byClient =
  (protocol: Protocol): Way =>
  async ({ url, channel, since, count }) => {
    const read: Read[] = []
    const events = createClient({ url })
      .channel(channel)
      .subscribe({ since, protocols: [protocol] })
    for await (const event of events) {
      if (isReset(event)) throw new Error('reset')
      read.push({ sequence: event.sequence, data: event.data })
      if (read.length === count) break
    }
    return read
  }

export const ways: Readonly<Record<string, Way>> = {
  'Server-Sent Events': stream,
  'an EventSource of others': eventSource,
  'long polling': poll,
  'buzzer.v1': socket,
  'cloudevents.json': bareSocket,
  'the client over ws': byClient('ws'),
  'the client over sse': byClient('sse'),
  'the client over poll': byClient('poll'),
}
