import type { WebSocketLike } from '../socket/web-socket.ts'
import { paddedOffset, type FakeChannel } from './fake-channel.ts'

type Message = Readonly<Record<string, unknown>>
type Listeners = { [Type in 'open' | 'error' | 'message' | 'close']: ((event: never) => void)[] }

interface Reading {
  readonly channel: FakeChannel
  cursor: number
  credit: number
  readonly pump: () => void
}

export interface FakeSocketOptions {
  readonly url: string
  /** What the server says to the handshake: it accepts, refuses, or says nothing. */
  readonly handshake: 'accept' | 'refuse' | 'hang'
  readonly channelOf: (name: string) => FakeChannel | null
  readonly onClose: (socket: FakeSocket) => void
}

/** One WebSocket with the server at its other end, speaking `buzzer.v1`. */
export class FakeSocket implements WebSocketLike {
  readyState = 0
  readonly url: string
  readonly received: Message[] = []
  /** Whether the server does not answer any more, though nobody has closed anything. */
  isDeaf = false
  readonly #options: FakeSocketOptions
  readonly #listeners: Listeners = { open: [], error: [], message: [], close: [] }
  readonly #readings = new Map<string, Reading>()

  constructor(options: FakeSocketOptions) {
    this.#options = options
    this.url = options.url
    setImmediate(() => {
      if (options.handshake === 'refuse') return this.cut(1006)
      if (options.handshake === 'hang' || this.readyState !== 0) return
      this.readyState = 1
      this.#tell('open', {})
    })
  }

  addEventListener(type: keyof Listeners, listener: (event: never) => void): void {
    this.#listeners[type].push(listener)
  }

  /** The client's half. */
  send(text: string): void {
    const message = JSON.parse(text) as Message
    this.received.push(message)
    setImmediate(() => this.#answer(message))
  }

  close(): void {
    this.cut(1000)
  }

  /** What is on its way is lost. */
  cut(code: number): void {
    if (this.readyState === 3) return
    this.readyState = 3
    for (const { channel, pump } of this.#readings.values()) channel.watchers.delete(pump)
    this.#readings.clear()
    this.#options.onClose(this)
    if (code === 1006) this.#tell('error', {})
    this.#tell('close', { code, reason: '' })
  }

  get subscriptions(): number {
    return this.#readings.size
  }

  #answer(message: Message): void {
    if (this.readyState !== 1 || this.isDeaf) return
    const id = typeof message['id'] === 'string' ? message['id'] : ''
    if (message['type'] === 'ping') this.say({ type: 'pong' })
    if (message['type'] === 'subscribe') this.#subscribe(id, message)
    if (message['type'] === 'credit') {
      const reading = this.#readings.get(id)
      if (reading !== undefined) reading.credit += Number(message['credit'])
      reading?.pump()
    }
    if (message['type'] === 'unsubscribe') this.#unsubscribe(id)
  }

  #subscribe(id: string, message: Message): void {
    const channel = this.#options.channelOf(String(message['channel']))
    if (channel === null) {
      const error = { type: 'about:blank', title: '', status: 404, detail: 'There is none.' }
      return this.say({ type: 'error', id, error: { ...error, code: 'channel-not-found' } })
    }
    const reading: Reading = {
      channel,
      cursor: Number(message['since'] ?? channel.last),
      credit: Number(message['credit'] ?? Infinity),
      pump: () => this.#pump(id, reading),
    }
    this.#readings.set(id, reading)
    channel.watchers.add(reading.pump)
    this.say({ type: 'ack', id, since: reading.cursor })
    reading.pump()
  }

  #unsubscribe(id: string): void {
    const reading = this.#readings.get(id)
    if (reading !== undefined) reading.channel.watchers.delete(reading.pump)
    this.#readings.delete(id)
    this.say({ type: 'complete', id })
  }

  #pump(id: string, reading: Reading): void {
    const { events, reset } = reading.channel.after(reading.cursor)
    if (reset !== null) {
      reading.cursor = reset - 1
      this.say({ type: 'reset', id, oldest: paddedOffset(reset) })
    }
    for (const event of events.slice(0, reading.credit)) {
      reading.cursor = Number(event.sequence)
      reading.credit -= 1
      this.say({ type: 'event', id, event })
    }
  }

  /** What the server says comes a moment later, unless the socket is cut before. */
  say(message: object | string): void {
    const data = typeof message === 'string' ? message : JSON.stringify(message)
    setImmediate(() => {
      if (this.readyState === 1 && !this.isDeaf) this.#tell('message', { data })
    })
  }

  #tell(type: keyof Listeners, event: object): void {
    for (const listener of this.#listeners[type]) listener(event as never)
  }
}
