import { openLine, type LineState } from './line.ts'

/** An event as Buzzer sends it: a CloudEvent. */
export interface ChannelEvent<Data = unknown> {
  readonly id: string
  readonly type: string
  readonly time: string
  /** Its offset in the channel, with zeros in front. */
  readonly sequence: string
  readonly data: Data
}

export interface ReadOptions<Data> {
  /** The cursor to begin after. Without one: from now on, also after the line was down. */
  readonly since?: number
  /** The name to be seen under, where the channel has presence. */
  readonly as?: string
  /** How many events may come before `more` is called; without it, as many as there are. */
  readonly credit?: number
  onEvent(event: ChannelEvent<Data>): void
  /** What lies between the cursor and this offset is gone. */
  onReset?(oldest: number): void
}

export interface Reading {
  /** Lets so many more events come. */
  more(count: number): void
  stop(): void
}

export interface NewEvent {
  readonly id: string
  readonly source: string
  readonly type: string
  readonly data: unknown
}

/** Many channels over one WebSocket. */
export interface Connection {
  /** Reads a channel. Where the line breaks, it goes on after the last event that came. */
  read<Data>(channel: string, options: ReadOptions<Data>): Reading
  /**
   * Publishes, and again whenever the line comes back, until Buzzer says that it has the event. It
   * is told apart by its `id` and `source`, so that it is there once, however often it is sent.
   *
   * @throws Error where Buzzer refuses it
   */
  publish(channel: string, event: NewEvent): Promise<void>
  /** Tells what is of no use later: it is sent once, or not at all. */
  mention(channel: string, event: Pick<NewEvent, 'type' | 'data'>): void
}

/** What comes from Buzzer, as far as it is looked at here (PROTOCOL.md, section 4). */
interface Incoming {
  readonly type: 'ack' | 'event' | 'reset' | 'error' | 'complete' | 'pong'
  readonly id: string
  readonly event: ChannelEvent<never>
  readonly oldest: string
  readonly error: { readonly status: number; readonly title: string; readonly detail?: string }
}

interface Subscription {
  readonly channel: string
  readonly options: ReadOptions<never>
  cursor: number | null
  /** How many events may still come; infinite where nothing was said. */
  credit: number
}

interface Publication {
  readonly message: object
  resolve(): void
  reject(error: Error): void
}

export function connect(onState: (state: LineState) => void): Connection {
  const subscriptions = new Map<string, Subscription>()
  const publications = new Map<string, Publication>()
  let made = 0
  const newId = (): string => String((made += 1))

  const subscribe = (id: string, subscription: Subscription): void => {
    const { channel, options, cursor, credit } = subscription
    line.send({
      type: 'subscribe',
      id,
      channel,
      as: options.as,
      since: cursor ?? undefined,
      credit: credit === Infinity ? undefined : credit,
    })
  }
  const line = openLine({
    onState,
    onOpen() {
      for (const [id, subscription] of subscriptions) subscribe(id, subscription)
      for (const { message } of publications.values()) line.send(message)
    },
    onMessage(message) {
      const incoming = message as Incoming
      const subscription = subscriptions.get(incoming.id)
      const publication = publications.get(incoming.id)
      if (subscription !== undefined) take(subscription, incoming)
      if (publication === undefined) return
      if (incoming.type === 'error' && isPassing(incoming.error)) {
        setTimeout(() => line.send(publication.message), 1_000)
        return
      }
      publications.delete(incoming.id)
      if (incoming.type === 'error') publication.reject(errorOf(incoming.error))
      else publication.resolve()
    },
  })

  return {
    read(channel, options) {
      const id = newId()
      const { since = null, credit = Infinity } = options
      const subscription: Subscription = { channel, options, cursor: since, credit }
      subscriptions.set(id, subscription)
      subscribe(id, subscription)
      return {
        more(count) {
          subscription.credit += count
          line.send({ type: 'credit', id, credit: count })
        },
        stop() {
          subscriptions.delete(id)
          line.send({ type: 'unsubscribe', id })
        },
      }
    },
    publish(channel, event) {
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const id = newId()
      const message = { type: 'publish', id, channel, event }
      publications.set(id, { message, resolve, reject })
      line.send(message)
      return promise
    },
    mention: (channel, event) => line.send({ type: 'publish', id: newId(), channel, event }),
  }
}

function take(subscription: Subscription, { type, event, oldest, error }: Incoming): void {
  const { options, channel } = subscription
  if (type === 'event') {
    subscription.credit -= 1
    if (subscription.cursor !== null) subscription.cursor = Number(event.sequence)
    options.onEvent(event)
  } else if (type === 'reset') {
    if (subscription.cursor !== null) subscription.cursor = Number(oldest) - 1
    options.onReset?.(Number(oldest))
  } else if (type === 'error') {
    console.error(channel, errorOf(error).message)
  }
}

/** Whether the same message may well be taken a moment later. */
const isPassing = ({ status }: Incoming['error']): boolean => status === 429 || status >= 500

const errorOf = ({ title, detail }: Incoming['error']): Error => new Error(detail ?? title)
